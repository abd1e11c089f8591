"""The atlas and the playground: a small web application on this machine (extra ``serve``)."""

from penline.look.app.server import serve

__all__ = ["serve"]
