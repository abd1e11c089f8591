"""Archives from their publishers, or from a folder, onto a shelf: each one proven."""

from penline.acquire.archive_store import default_root, terms_text
from penline.acquire.errors import AcquireError, TermsNotAccepted
from penline.acquire.getting import get
from penline.acquire.got import GotFile, GotFiles, MissingFile
from penline.acquire.web import Limits

__all__ = [
    "AcquireError",
    "GotFile",
    "GotFiles",
    "Limits",
    "MissingFile",
    "TermsNotAccepted",
    "default_root",
    "get",
    "terms_text",
]
