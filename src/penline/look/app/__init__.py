"""The atlas and the playground: a small web application on this machine (extra ``serve``)."""

from penline.look.app.serve import serve

__all__ = ["serve"]
