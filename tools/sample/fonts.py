"""The fonts: fetched as npm packages of fixed versions, their licences checked, opened."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

from sample.drawing import EM

OFL_TITLE = "SIL OPEN FONT LICENSE Version 1.1"
_RESERVED = "reserved font name"


@dataclass(frozen=True)
class Package:
    """A font's npm package.

    Attributes:
        id: its name under the scope `@fontsource`.
        version: the version that the sample is made from.
        subset: the part of the font that is used.
        sha256: of that part's file.
    """

    id: str
    version: str
    subset: str
    sha256: str


PACKAGES = {
    package.id: package
    for package in (
        Package(
            "ma-shan-zheng",
            "5.3.1",
            "chinese-simplified",
            "5b31c15b66b61a62ce0ee2d12da1c667ef589272cbfdad1e5bbc930ddf01dabb",
        ),
        Package(
            "long-cang",
            "5.3.0",
            "chinese-simplified",
            "912bc6f32ee079023e47d37271d6edc7a8380e638f5bae9aad7e5586f09d376b",
        ),
        Package(
            "zcool-kuaile",
            "5.3.0",
            "chinese-simplified",
            "843e756c6f01753694d4f5a4e1a91ab295848131e0ce971580dd876d035713fd",
        ),
        Package(
            "zhi-mang-xing",
            "5.3.0",
            "chinese-simplified",
            "10368ae6659323a22486361f295472d488533161b4ddfb4d7cabac84c8af0fd2",
        ),
        Package(
            "caveat",
            "5.3.0",
            "latin",
            "d0b7b931b8980049327e8f8f9ac264617c8200b8422d62e886473d3d9527bad3",
        ),
        Package(
            "kalam",
            "5.3.0",
            "latin",
            "954410601a823f37e219f7930b7446f86afa15621326a7078d56fb9c910135cb",
        ),
        Package(
            "patrick-hand",
            "5.3.0",
            "latin",
            "ac5bc9033b2572bf84d39f7150c1634e37ed16e8dbee632d6d0bceac0bbf0199",
        ),
        Package(
            "indie-flower",
            "5.3.0",
            "latin",
            "cb57752edc96294323252e8d84fa25f975943b2ef3e87b2c984b15ca935d7657",
        ),
        Package(
            "shadows-into-light",
            "5.3.0",
            "latin",
            "2498c027559c4ae9a920e18e30031193148983e7ea195416d62c5d0ea2eaa3ac",
        ),
        Package(
            "reenie-beanie",
            "5.3.0",
            "latin",
            "f86de18375e3edba402d39ff85030e270f724d7af865f74a74c92f34a947072c",
        ),
    )
}


@dataclass(frozen=True)
class Font:
    """An opened font.

    Attributes:
        id: its package's id.
        face: the font at EM pixels an em.
        held: the characters of its table.
        licence: text of the licence file, which begins with the copyright line.
        copyright: the copyright line of the font's own name table.
    """

    id: str
    face: ImageFont.FreeTypeFont
    held: frozenset[str]
    licence: str
    copyright: str


def fetch(work: Path, font_id: str) -> Font:
    """The font, from its package in `work`; `npm pack` fetches it there if it is absent.

    Raises:
        ValueError: the package is under another licence, its font is another file, or a font name
            is reserved (the notice says that none is).
    """
    package = PACKAGES[font_id]
    archive = work / f"fontsource-{font_id}-{package.version}.tgz"
    if not archive.exists():
        work.mkdir(parents=True, exist_ok=True)
        name = f"@fontsource/{font_id}@{package.version}"
        subprocess.run(["npm", "pack", "--silent", name], cwd=work, check=True)
    with tarfile.open(archive) as members:
        licence = _member(members, "LICENSE").decode("utf-8")
        terms = json.loads(_member(members, "package.json"))["license"]
        data = _member(members, f"files/{font_id}-{package.subset}-400-normal.woff2")
    if terms != "OFL-1.1" or OFL_TITLE not in licence or not licence.startswith("Copyright"):
        raise ValueError(f"{archive}: not under the OFL-1.1, but {terms}")
    if hashlib.sha256(data).hexdigest() != package.sha256:
        raise ValueError(f"{archive}: the font's sha256 is {hashlib.sha256(data).hexdigest()}")
    path = work / f"{font_id}.woff2"
    path.write_bytes(data)
    with TTFont(path) as table:
        held = frozenset(map(chr, table.getBestCmap()))
        copyright_line = str(table["name"].getDebugName(0)).strip()
    own_words = licence.partition(OFL_TITLE)[0] + copyright_line
    if _RESERVED in own_words.lower():
        raise ValueError(f"{archive}: {own_words}")
    face = ImageFont.truetype(str(path), EM, layout_engine=ImageFont.Layout.BASIC)
    return Font(font_id, face, held, licence, copyright_line)


def _member(members: tarfile.TarFile, name: str) -> bytes:
    stream = members.extractfile(f"package/{name}")
    if stream is None:
        raise ValueError(f"{members.name!r}: no file {name}")
    return stream.read()
