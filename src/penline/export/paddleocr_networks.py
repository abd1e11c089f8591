"""What PaddleOCR's stock recognition networks read: dictionary, height, and columns in training.

From the configurations ``configs/rec/PP-OCRv*/NAME.yml`` and the backbones in
``ppocr/modeling/backbones`` of PaddleOCR 3.1 (PP-OCRv6: of 3.7). All of them read pictures of
48 px. In training, all but those of PP-OCRv3 pool to 40 columns, whatever the width
(``F.adaptive_avg_pool2d(x, [1, 40])``); when they read, and PP-OCRv3 always, a column is 8 px wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from penline.errors import UsageError
from penline.export.base import hasher
from penline.words import counted

__all__ = [
    "BACKBONES",
    "COLUMNS",
    "COLUMN_PX",
    "HEIGHT_PX",
    "NETWORKS",
    "POOLING",
    "Network",
    "network_named",
]

HEIGHT_PX = 48
COLUMNS = 40
COLUMN_PX = 8
POOLING = "F.adaptive_avg_pool2d(x, [1, 40])"
BACKBONES = {
    "PPLCNetV3": "rec_lcnetv3.py",
    "PPLCNetV4": "rec_lcnetv4.py",
    "PPHGNet": "rec_hgnet.py",
    "PPHGNetV2": "rec_pphgnetv2.py",
}
"""Those that pool, and the files of their line `POOLING`."""
_V3 = ("arabic", "cyrillic", "devanagari", "japan", "ka", "korean", "latin", "ta", "te")
_V5 = ("eslav", "korean", "latin")
"""Scripts that have a network of their own."""
_UTILS = "ppocr/utils"
_DICTIONARIES = {
    "ppocr_keys_v1.txt": (6623, "28b2362ad4ab2dc3"),
    "en_dict.txt": (95, "6ea60ebdc81198a5"),
    "dict/arabic_dict.txt": (161, "6545430e65bb91de"),
    "dict/cyrillic_dict.txt": (163, "c04ed0730c811676"),
    "dict/devanagari_dict.txt": (167, "3134a42766fb79e7"),
    "dict/japan_dict.txt": (4399, "254b5fbc90de741b"),
    "dict/ka_dict.txt": (153, "88d83edf839a6c7a"),
    "dict/korean_dict.txt": (3688, "4aedd5f5302e0cfa"),
    "dict/latin_dict.txt": (185, "30ce787f62c89434"),
    "dict/ta_dict.txt": (128, "358ff596e9954353"),
    "dict/te_dict.txt": (151, "aecd6aa7e1928259"),
    "dict/ppocrv4_doc_dict.txt": (15629, "fea20d6122d0b20d"),
    "dict/ppocrv5_dict.txt": (18383, "17665d27ed39f0de"),
    "dict/ppocrv5_eslav_dict.txt": (517, "775a31c35bcd0713"),
    "dict/ppocrv5_korean_dict.txt": (11945, "a7872c929cd25cf6"),
    "dict/ppocrv5_latin_dict.txt": (836, "c3ab00106e4a4d15"),
    "dict/ppocrv6_dict.txt": (18708, "f7aa897ca828a4c7"),
    "dict/ppocrv6_tiny_dict.txt": (6904, "34d139222b6e8d84"),
}
"""Entries of a dictionary, and the first digits of SHA-256 of these, joined by LF."""


@dataclass(frozen=True, slots=True)
class Network:
    """A stock network for recognition.

    Attributes:
        name: of its configuration.
        dictionary: where its dictionary lies in a clone of PaddleOCR.
        backbone: file of its backbone's line `POOLING`; ``""`` for a column every 8 px.
        guide: of the head beside CTC: ``NRTR``, or ``SAR``, which has other keys.
    """

    name: str
    dictionary: str
    backbone: str
    guide: str = "NRTR"

    def find(self, given: Path | None) -> Path:
        """The file of its dictionary: the one given, or that of a clone in the current folder.

        Raises:
            UsageError: there is none.
        """
        at = (Path("PaddleOCR", self.dictionary), Path(self.dictionary))
        found = given or next((path for path in at if path.is_file()), None)
        if found is None:
            raise UsageError(
                f"{self.name} reads with a dictionary of its own, which comes with PaddleOCR: name "
                f"it with --dict .../{self.dictionary}, or clone PaddleOCR into this folder"
            )
        return found

    def prove(self, file: Path, entries: Sequence[str]) -> None:
        """Refuse a dictionary of other entries than the network's own.

        Args:
            file: its name, for the message.
            entries: what it holds, in order.

        Raises:
            UsageError: these are not the network's.
        """
        count, wanted = _DICTIONARIES[self.dictionary.removeprefix(f"{_UTILS}/")]
        digest = hasher()
        digest.update("\n".join(entries).encode())
        if digest.hexdigest()[: len(wanted)] != wanted:
            raise UsageError(
                f"{file} has {counted(len(entries), 'entry')} and is not the dictionary of "
                f"{self.name}, {self.dictionary} ({count:,} entries): name that one, "
                "or leave --for out"
            )


def _table() -> dict[str, Network]:
    keys, english = "ppocr_keys_v1.txt", "en_dict.txt"
    rows = [
        ("PP-OCRv3_mobile_rec", keys, ""),
        ("en_PP-OCRv3_mobile_rec", english, ""),
        *((f"{script}_PP-OCRv3_mobile_rec", f"dict/{script}_dict.txt", "") for script in _V3),
        ("PP-OCRv4_mobile_rec", keys, "PPLCNetV3"),
        ("en_PP-OCRv4_mobile_rec", english, "PPLCNetV3"),
        ("PP-OCRv4_server_rec", keys, "PPHGNet"),
        ("PP-OCRv4_server_rec_doc", "dict/ppocrv4_doc_dict.txt", "PPHGNet"),
        ("PP-OCRv5_mobile_rec", "dict/ppocrv5_dict.txt", "PPLCNetV3"),
        *(
            (f"{script}_PP-OCRv5_mobile_rec", f"dict/ppocrv5_{script}_dict.txt", "PPLCNetV3")
            for script in _V5
        ),
        ("PP-OCRv5_server_rec", "dict/ppocrv5_dict.txt", "PPHGNetV2"),
        ("PP-OCRv6_tiny_rec", "dict/ppocrv6_tiny_dict.txt", "PPLCNetV4"),
        ("PP-OCRv6_small_rec", "dict/ppocrv6_dict.txt", "PPLCNetV4"),
        ("PP-OCRv6_medium_rec", "dict/ppocrv6_dict.txt", "PPLCNetV4"),
    ]
    return {
        name: Network(
            name,
            f"{_UTILS}/{dictionary}",
            BACKBONES.get(backbone, ""),
            "NRTR" if backbone else "SAR",
        )
        for name, dictionary, backbone in rows
    }


NETWORKS = _table()


def network_named(name: str) -> Network:
    """The stock network of that name.

    Raises:
        UsageError: none is called that; the message lists those that there are.
    """
    if name not in NETWORKS:
        known = ", ".join(NETWORKS)
        raise UsageError(f"no stock network of PaddleOCR is known as {name!r}; there are: {known}")
    return NETWORKS[name]
