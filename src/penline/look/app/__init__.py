"""The atlas and the playground: a small web application on this machine (extra ``serve``)."""
