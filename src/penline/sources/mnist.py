"""MNIST, EMNIST, QMNIST and the Kuzushiji sets: IDX images with the labels that lie beside them.

    train-images-idx3-ubyte[.gz]           t10k-images.idx3-ubyte          MNIST, and KMNIST
    emnist-letters-test-images-idx3-ubyte.gz    six splits; images are stored transposed
    qmnist-train-images-idx3-ubyte.gz      labels in -labels-idx2-int, eight columns
    xnist-images-idx3-ubyte.xz             all digits of SD19, with QMNIST's columns

An images file holds no labels. They are looked for in the same folder, zip or tar, under the same
name with `labels-idx1-ubyte` or `labels-idx2-int`, plain or packed. Without them records come
with the character ``""``, and the file's note says so.

Labels to characters: digits are themselves. EMNIST's `emnist-<split>-mapping.txt` is read where it
lies beside the images, else the tables below are used, which are the published mapping files'.
Letters and the merged splits have one class for a capital and its small letter; its character is
the capital, whatever was written. KMNIST's ten and Kuzushiji-49's classes are those of the
publisher's kmnist_classmap.csv and k49_classmap.csv. KMNIST has MNIST's file names: it is told by
a folder or archive with "kmnist" or "kuzushiji" in its name, as Fashion-MNIST, which holds no
characters, by "fashion".

QMNIST's columns (its README): class, HSF series, writer, index for this writer, NIST class code,
index in SD19, duplicate, unused. The third gives the writer: ``sd19:0123``.
"""

from __future__ import annotations

import re

from penline.formats.compressed import compression_of
from penline.records import Source
from penline.sources.collector import Claims, Collector, unknown
from penline.sources.listing import Listing
from penline.sources.mnist_images import LabelledImages
from penline.sources.names import leaf, places

__all__ = ["CARDS", "MnistCollector", "identify", "note", "sidecar_names"]

_NAME = re.compile(
    r"(?:(?P<family>emnist|qmnist|kmnist|k49|xnist|mnist)[-_.])?"
    r"(?:(?P<split>byclass|bymerge|balanced|letters|digits|mnist)[-_.])?"
    r"(?:(?P<part>train|test|t10k)[-_.])?images[-.]idx3-ubyte(?:\.gz|\.xz)?",
    re.ASCII | re.IGNORECASE,
)
CARDS = {
    "mnist": "mnist",
    "emnist": "emnist",
    "qmnist": "qmnist",
    "xnist": "qmnist",
    "kmnist": "kmnist",
    "k49": "kuzushiji-49",
}
_LABELS = re.compile(r".*labels[-.](idx\d[-.]\w+|tsv)(\.gz|\.xz)?", re.ASCII | re.IGNORECASE)
_PARTS = {"train": "train", "test": "test", "t10k": "test"}
_PACKED = ("", ".gz", ".xz")


def identify(file: str) -> Source | None:
    """Tell the part and card of an images file; None for a name outside the patterns.

    >>> identify("emnist-letters-test-images-idx3-ubyte.gz").card
    'emnist'
    """
    found = _matched(file)
    if found is None:
        return None
    family, _, part = found
    stem = leaf(file).split(".", 1)[0]
    return Source(file, f"unknown:{stem}", part, CARDS.get(family, ""))


def _matched(file: str) -> tuple[str, str, str] | None:
    """Family, split and part; the family is ``""`` where the pictures are no characters."""
    name = _NAME.fullmatch(leaf(file))
    if name is None:
        return None
    enclosing = " ".join(places(file)[:-1]).lower()
    family = (name["family"] or "").lower()
    if not family:
        family = "mnist"
        if "fashion" in enclosing:
            family = ""
        elif "kmnist" in enclosing or "kuzushiji" in enclosing:
            family = "kmnist"
    return family, (name["split"] or "").lower(), _PARTS.get((name["part"] or "").lower(), "")


def sidecar_names(name: str) -> tuple[list[str], list[str]]:
    """Name the files that may hold the labels and the mapping of an images file, in order.

    Args:
        name: the images file's own name.

    >>> labels, mapping = sidecar_names("emnist-mnist-test-images-idx3-ubyte.gz")
    >>> labels[:2], mapping
    (['emnist-mnist-test-labels-idx1-ubyte', 'emnist-mnist-test-labels-idx1-ubyte.gz'], \
['emnist-mnist-mapping.txt'])
    """
    stem, mark, _ = re.split(r"(images[-.]idx3-ubyte)", name, maxsplit=1, flags=re.IGNORECASE)[:3]
    between = mark[6]
    kinds = ["labels-idx1-ubyte", "labels.idx1-ubyte"][:: 1 if between == "-" else -1]
    if _matched(name) and name.lower().startswith(("qmnist", "xnist")):
        kinds = ["labels-idx2-int", *kinds]
    labels = [f"{stem}{kind}{packed}" for kind in kinds for packed in _PACKED]
    split = _matched(name)
    mapping = [f"emnist-{split[1]}-mapping.txt"] if split and split[0] == "emnist" else []
    return labels, mapping


def note(source: Source, labels: bool) -> str:
    """Say what a user should know of an images file, or ``""``.

    Args:
        source: the file's facts.
        labels: whether its labels file was found.
    """
    own = leaf(source.file)
    found = _matched(source.file)
    if found is None:
        return f"{own}: no set that penline knows; labels are left aside, and characters are empty"
    if not found[0]:
        return f"{own}: images whose labels are no characters; records come without a character"
    if not labels:
        wanted = sidecar_names(own)[0]
        return (
            f"{own}: no labels beside it, so records come without a character; "
            f"put {wanted[0]} (or .gz) into the same folder"
        )
    if found[0] == "emnist" and found[1] in ("letters", "bymerge", "balanced"):
        return f"{own}: a capital and its small letter share a class; the character is the capital"
    return ""


class MnistCollector(Collector):
    """Claims images in IDX files with what lies beside them, and the files of labels themselves."""

    of_pictures = False

    identify = staticmethod(identify)

    def claim(self, listing: Listing) -> Claims:
        """Take IDX files and labels; of a file that is there packed, too, only the plain one."""
        units, left = {}, []
        for name in listing.names:
            if listing.kinds.get(name) == "idx":
                if not (compression_of(name) and listing.find(name.rpartition(".")[0])):
                    units[name] = self._images(listing, name)
            elif not _LABELS.fullmatch(name):
                left.append(name)
        return Claims(left, dict(units))

    def _images(self, listing: Listing, name: str) -> LabelledImages:
        """Make what reads one file of images."""
        label = listing.label(name)
        source = self.said(identify(label) or unknown(label))
        family, split, _ = _matched(label) or ("", "", "")
        said = self.reading.listed_classes
        family = family or "mnist" if said else family
        names, mappings = sidecar_names(name)
        labels = next(filter(None, map(listing.find, names)), None)
        words = note(source, labels is not None)
        twin = next((one for one in (f"{name}.gz", f"{name}.xz") if listing.find(one)), "")
        if twin:
            double = f"{twin} is taken for the same file, and left out"
            words = f"{words}; {double}" if words else double
        return LabelledImages(
            *(source, "idx", listing.size_bytes(name), listing.place(name), words),
            fault=listing.fault(name),
            lacks="" if labels else names[0],
            labels=labels,
            mapping=next(filter(None, map(listing.find, mappings)), None),
            family=family,
            split=split,
            said=said,
        )
