"""Forms of collections that are not read, by their files' endings: what each is, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from penline.words import printable

__all__ = ["first_unread", "unread_words"]

_TO_FILES = "write its pictures into a folder a character, or with a CSV that names them"
_TO_ARRAYS = "save its arrays with their labels as .npz, or write pictures in folders"
_UNREAD: dict[str, tuple[str, str]] = {
    ".svg": ("a drawing in SVG", "draw it to PNG"),
    **dict.fromkeys((".pdf", ".ps", ".eps", ".ai"), ("a document", "draw its pages to PNG")),
    **dict.fromkeys((".docx", ".doc", ".pptx", ".odt"), ("a document", "save its pictures as PNG")),
    **dict.fromkeys(
        (".xlsx", ".xls", ".ods"), ("a spreadsheet", "save it as CSV in UTF-8, beside the pictures")
    ),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3"), ("a database", _TO_FILES)),
    **dict.fromkeys((".h5", ".hdf5"), ("HDF5", _TO_ARRAYS)),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), ("a pickle, which may run code", _TO_ARRAYS)),
    **dict.fromkeys((".pt", ".pth"), ("PyTorch's pickle, which may run code", _TO_ARRAYS)),
    **dict.fromkeys((".tfrecord", ".tfrecords"), ("TFRecord", _TO_FILES)),
    **dict.fromkeys((".ttf", ".otf", ".ttc", ".woff", ".woff2"), ("a font", "draw it to PNG")),
    **dict.fromkeys(
        (".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2"),
        ("a camera's RAW", "save it as JPEG or PNG"),
    ),
    **dict.fromkeys((".jp2", ".jxl", ".psd", ".xcf"), ("a picture", "save it as PNG")),
    **dict.fromkeys(
        (".json", ".jsonl", ".csv", ".tsv", ".yaml", ".yml", ".html"),
        (
            "a table or list of no known form",
            "a list names a picture and its label a row: file,label; pictures lie beside it",
        ),
    ),
}


def first_unread(names: Iterable[str], before: str = "") -> str:
    """Return the first of some names that is of a form known to be not read; else the one before.

    >>> first_unread(["readme.txt", "a.svg"])
    'a.svg'
    """
    if before:
        return before
    return next((one for one in names if PurePosixPath(one).suffix.lower() in _UNREAD), "")


def unread_words(name: str) -> tuple[str, str] | None:
    """Tell what a file is that is not read, and what to do; None of a name that says nothing.

    >>> unread_words("a.pkl")[0]
    'a pickle, which may run code (a.pkl)'
    """
    known = _UNREAD.get(PurePosixPath(name).suffix.lower())
    return None if known is None else (f"{known[0]} ({printable(name)})", known[1])
