"""Make the documentation's pictures with penline itself, from the embedded sample.

    python tools/make_pictures.py [--out docs/pictures]

Chinese in them is simulated handwriting, English that says so is by real hands of UNIPEN. The same
code and sample give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from penline.bank import Bank
from penline.compose import Composer
from penline.corpus import Corpus
from penline.look.tiles import CELL_PX, glyph_cell
from penline.records import Sample
from penline.render.kernel import lay_ink
from penline.sample import corpus_files, sample_bank
from penline.template.guides import bank_guides
from penline.template.scanning import read_sheet
from penline.template.straight import PX_MM

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from fakes_photo import Strength, jpeg, photograph, sheet_of, thinned, write

Image = npt.NDArray[np.uint8]

MOST_BYTES = 150_000
WHITE, FRAME = 255, 200
GAP_PX = 10
BOX = (214, 90, 40)
WIDTH_PX = 830
"""Usual width of the column in which the pictures are shown."""

HAND: dict[str, Any] = {"layout": {"hand": "default"}}
CHINESE, LATIN = (Corpus.from_texts([path.read_text("utf-8")]) for path in corpus_files())


def lines(
    corpus: Corpus, bank: Bank, recipe: dict[str, Any], count: int, seed: int = 1
) -> list[Sample]:
    """The first `count` lines that are neither too wide for the column nor very short."""
    found: list[Sample] = []
    for sample in Composer(recipe, bank, corpus, seed):
        if WIDTH_PX // 2 < sample.image.shape[1] <= WIDTH_PX - 2 * GAP_PX:
            found.append(sample)
        if len(found) == count:
            break
    return found


def stack(images: Iterable[Image], width_px: int = WIDTH_PX, gap_px: int = GAP_PX) -> Image:
    """Colour images one above the other on white."""
    rows = []
    for image in images:
        right = width_px - GAP_PX - image.shape[1]
        rows.append(pad(image, (gap_px // 2, gap_px - gap_px // 2, GAP_PX, right)))
    return np.concatenate(rows)


def pad(image: Image, by: tuple[int, int, int, int]) -> Image:
    """White above, below, to the left and to the right."""
    return np.asarray(cv2.copyMakeBorder(image, *by, cv2.BORDER_CONSTANT, value=[WHITE] * 3))


def colour(image: Image) -> Image:
    """Grey as RGB; RGB as it is."""
    return np.repeat(image[:, :, None], 3, 2) if image.ndim == 2 else image


def boxed(sample: Sample) -> Image:
    """The line with its characters' quads; white space has none drawn."""
    image = np.ascontiguousarray(colour(sample.image)).copy()
    for character, quad in zip(sample.text, sample.quads, strict=True):
        if not character.isspace():
            corners = np.floor(quad).astype(np.int32)
            cv2.polylines(image, [corners], True, BOX, 1)
    return image


def plain(bank: Bank) -> Image:
    """Chinese and English on plain paper, by turns."""
    recipe = {**HAND, "corpus": {"length_range": [10, 22]}, "papers": ["plain"]}
    chinese, english = (lines(corpus, bank, recipe, 4) for corpus in (CHINESE, LATIN))
    turns = [sample for pair in zip(chinese, english, strict=True) for sample in pair]
    return stack(colour(sample.image) for sample in turns)


def papers(bank: Bank) -> Image:
    """Two lines on each kind of paper, in colour, with default effects and boxes."""
    shown: list[Sample] = []
    for name in ("plain", "ruled", "squared", "texture"):
        recipe = {
            **({} if name == "squared" else HAND),
            "corpus": {"length_range": [9, 18]},
            "image": {"mode": "rgb"},
            "papers": [name],
            "effects": "default",
        }
        corpora = (CHINESE, CHINESE if name == "squared" else LATIN)
        for corpus in corpora:
            shown += lines(corpus, bank, recipe, 1, seed=20 + len(shown))
    return stack(boxed(sample) for sample in shown)


def page(bank: Bank) -> Image:
    """The upper part of a page on ruled paper, in colour, with outlines and writing lines."""
    recipe = {
        **HAND,
        "image": {"mode": "rgb"},
        "papers": ["ruled"],
        "page": {
            "width_px": WIDTH_PX,
            "height_px": 520,
            "em_px_range": [32, 32],
            "pitch_em_range": [1.7, 1.7],
            "lines_range": [8, 8],
        },
    }
    found = Composer(recipe, bank, CHINESE, 2).page(1)
    image = np.ascontiguousarray(colour(found.image)).copy()
    for line in found.lines[len(found.lines) // 2 :]:
        for points, closed in ((line.polygon, True), (line.baseline, False)):
            if points is not None:
                cv2.polylines(image, [np.floor(points).astype(np.int32)], closed, BOX, 1)
    return image


def form(bank: Bank) -> Image:
    """A form in colour; of half of its fields the characters' boxes, too."""
    recipe = {
        **HAND,
        "image": {"mode": "rgb"},
        "corpus": {"made": {"identity": 0.2, "date": 0.2, "telephone": 0.2, "address": 0.2}},
        "papers": ["plain"],
        "page": {
            "width_px": WIDTH_PX,
            "height_px": 480,
            "em_px_range": [32, 32],
            "pitch_em_range": [1.75, 1.75],
            "margin_em_range": [1.0, 1.2],
            "form": {"rows_range": [7, 7]},
        },
    }
    found = Composer(recipe, bank, CHINESE, 4).page(1)
    image = np.ascontiguousarray(colour(found.image)).copy()
    for line in found.lines[len(found.lines) // 2 :]:
        for quad in () if line.characters is None else line.characters:
            cv2.polylines(image, [np.floor(quad).astype(np.int32)], True, BOX, 1)
    return image


def columns(bank: Bank) -> Image:
    """Columns side by side, the first one at the right."""
    recipe = {
        "layout": {"direction": "vertical"},
        "corpus": {"length_range": [7, 9]},
        "papers": ["plain", "ruled", "squared", "texture"],
        "effects": "default",
        "image": {"height_px": 52},
    }
    shown: list[Image] = []
    for sample in Composer(recipe, bank, CHINESE, 6):
        if sample.image.shape[0] <= 420 and len(shown) < 12:
            shown.insert(0, boxed(sample) if len(shown) % 2 else colour(sample.image))
        if len(shown) == 12:
            break
    height = max(image.shape[0] for image in shown)
    return np.concatenate(
        [pad(image, (GAP_PX, height - image.shape[0], 8, 8)) for image in shown], 1
    )


def glyphs(bank: Bank) -> Image:
    """A crop of a contact sheet: a character a column, a writer a row."""
    characters = "我们天心家有，。？AgRy58"
    holders = [w for w in bank.writers if all(bank.rows(w, c).size for c in characters)]
    em_px = {facts.id: facts.em_px for facts in bank.header.writers}
    rows = []
    for writer in holders[:6]:
        cells = [
            glyph_cell(bank[int(bank.rows(writer, c)[0])].ink, em_px[writer]) for c in characters
        ]
        rows.append(np.concatenate([framed(WHITE - cell) for cell in cells], 1))
    sheet = np.concatenate(rows)
    scale = min(1.0, (WIDTH_PX - 2 * GAP_PX) / sheet.shape[1])
    size = round(sheet.shape[1] * scale), round(sheet.shape[0] * scale)
    smaller = np.asarray(cv2.resize(sheet, size, interpolation=cv2.INTER_AREA), np.uint8)
    return pad(colour(smaller), (GAP_PX, GAP_PX, GAP_PX, WIDTH_PX - GAP_PX - size[0]))


def framed(cell: Image) -> Image:
    """A cell with a thin frame."""
    return np.asarray(cv2.copyMakeBorder(cell, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=[FRAME]))


def before_after(bank: Bank) -> Image:
    """Above, the glyphs of a line as the bank has them; below, the line."""
    recipe = {**HAND, "corpus": {"length_range": [10, 13]}, "papers": ["ruled"], "effects": "none"}
    sample = lines(CHINESE, bank, recipe, 1, 5)[0]
    boxes = [paper_of(ink) for ink in inks(bank, sample)]
    height = max(box.shape[0] for box in boxes)
    row = [
        pad(
            colour(box),
            ((height - box.shape[0] + 1) // 2, (height - box.shape[0]) // 2, 3, 3),
        )
        for box in boxes
    ]
    above = np.concatenate(row, 1)
    width = max(above.shape[1], sample.image.shape[1]) + 2 * GAP_PX
    return stack([above, colour(sample.image)], width, 2 * GAP_PX)


def inks(bank: Bank, sample: Sample) -> list[Image]:
    """The ink of each glyph of a line, as it lies in the bank."""
    found = []
    for origin in sample.origins:
        rows = bank.rows(origin.writer, origin.written).tolist()
        row = next(row for row in rows if bank[row].record == origin.record)
        found.append(bank[row].ink)
    return found


def paper_of(ink: Image) -> Image:
    """Ink laid on a white sheet of its own size, framed."""
    sheet = np.full((*ink.shape, 1), WHITE, np.uint8)
    lay_ink(sheet, np.ascontiguousarray(ink), np.array([20], np.int64))
    return framed(sheet[:, :, 0])


def icon(bank: Bank) -> Image:
    """One character, for the tab of a browser."""
    rows = bank.rows(character="永")
    cell = glyph_cell(bank[int(rows[0])].ink, CELL_PX)
    return np.asarray(cv2.resize(colour(WHITE - cell), (48, 48), interpolation=cv2.INTER_AREA))


def own_hand(bank: Bank) -> Image:
    """A written sheet as photographed, and what was read: sound cells blue, others orange."""
    characters = tuple("你好天气今日学习写字我们的家在山水之间，。？有人说话ABCabc0123456789")
    rng = np.random.default_rng(7)
    sheet, grid = sheet_of(characters, bank_guides(bank), cell_mm=20)
    planted = {3: "clipped", 17: "blotted", 24: "blank", 30: "faint"}
    write(sheet, grid, bank, "sample:01", rng, planted=planted, em_mm=12.0)
    how = Strength(tilt=0.06, turn_deg=8.0, light=0.4, shadow=0.25, side_px=2400)
    shot = photograph(sheet.page, rng, how)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photograph.jpg"
        path.write_bytes(jpeg(shot, how.quality))
        read = read_sheet(path, characters, path)
    straight = colour(WHITE - read.straight)
    for one in read.written:
        corner = np.array(grid.corner_mm(one.cell))
        start, end = (
            tuple(round(at * PX_MM) for at in place) for place in (corner, corner + grid.cell_mm)
        )
        cv2.rectangle(straight, start, end, BOX if one.flaw else (40, 110, 200), 6)
    height = 570
    pair = []
    for image in (shot, straight):
        size = round(image.shape[1] * height / image.shape[0]), height
        pair.append(np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8))
    pair[1] = pad(pair[1], (0, 0, GAP_PX, 0))
    return np.concatenate(pair, 1)


def strokes(bank: Bank) -> Image:
    """What a pen that records its way leaves: thin lines, with points along them."""
    cells = []
    for character in "我们天心家有永和你好":
        row = int(bank.rows("sample:02", character)[0])
        ink = np.pad(bank[row].ink, 4)
        ink = np.asarray(cv2.resize(ink, None, fx=1.3, fy=1.3), np.uint8)
        way = thinned(ink > 110)
        cell = colour(np.where(way, 90, WHITE).astype(np.uint8))
        rows, columns = np.nonzero(way)
        for y, x in list(zip(rows.tolist(), columns.tolist(), strict=True))[::4]:
            cv2.circle(cell, (x, y), 1, (40, 110, 200), -1)
        cells.append(cell)
    height = max(cell.shape[0] for cell in cells)
    return np.concatenate(
        [
            pad(
                cell,
                ((height - cell.shape[0]) // 2 + 8, (height - cell.shape[0] + 1) // 2 + 8, 4, 4),
            )
            for cell in cells
        ],
        1,
    )


def effects(bank: Bank) -> Image:
    """One line without effects, then under each of them alone, then under all."""
    chosen = ("none", "warp", "shadow", "blur", "noise", "jpeg", "default")
    shown = []
    for name in chosen:
        strong: Any = {
            "warp": [{"name": "warp", "chance": 1.0}],
            "shadow": [{"name": "shadow", "chance": 1.0}],
            "blur": [{"name": "blur", "chance": 1.0}],
            "noise": [{"name": "noise", "chance": 1.0}],
            "jpeg": [{"name": "jpeg", "chance": 1.0, "quality_range": [20, 30]}],
        }.get(name, name)
        recipe = {
            **HAND,
            "corpus": {"length_range": [12, 16]},
            "image": {"mode": "rgb"},
            "papers": ["ruled"],
            "effects": strong,
        }
        line = colour(lines(CHINESE, bank, recipe, 1, 9)[0].image)
        label = np.full((line.shape[0], 96, 3), WHITE, np.uint8)
        at = (4, line.shape[0] // 2 + 5)
        cv2.putText(label, name, at, cv2.FONT_HERSHEY_SIMPLEX, 0.6, (90, 90, 90), 1, cv2.LINE_AA)
        shown.append(np.concatenate([label, line], 1)[:, : WIDTH_PX - 2 * GAP_PX])
    return stack(shown)


PICTURES = {
    "strokes.png": strokes,
    "effects.jpg": effects,
    "lines-plain.png": plain,
    "lines-papers.jpg": papers,
    "glyphs.png": glyphs,
    "before-after.png": before_after,
    "page.jpg": page,
    "form.jpg": form,
    "columns.jpg": columns,
    "icon.png": icon,
    "own-hand.jpg": own_hand,
}


WITH_ENGLISH = (plain, papers)
"""Pictures whose English lines are by real hands."""


def encoded(name: str, image: Image) -> bytes:
    """The file's bytes; grey where the picture has no colour.

    Raises:
        ValueError: the file would be too large for a repository.
    """
    flags: Sequence[int] = [cv2.IMWRITE_PNG_COMPRESSION, 9]
    if name.endswith(".jpg"):
        flags = [cv2.IMWRITE_JPEG_QUALITY, 88]
    grey = bool((image == image[:, :, :1]).all())
    data = cv2.imencode(Path(name).suffix, image[:, :, 0] if grey else image[:, :, ::-1], flags)[1]
    if data.size > MOST_BYTES:
        raise ValueError(f"{name}: {data.size:,} bytes, at most {MOST_BYTES:,}")
    return data.tobytes()


def main() -> None:
    """Draw every picture and write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).resolve().parents[1] / "docs" / "pictures"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    simulated, both = sample_bank(), sample_bank("both")
    for name, draw in PICTURES.items():
        data = encoded(name, draw(both if draw in WITH_ENGLISH else simulated))
        (options.out / name).write_bytes(data)
        print(f"{name}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
