"""A line of the playground: the text as it stands, by a writer of the server's banks."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from penline.bank.bank_set import BankSet
from penline.bank.bits import Bits
from penline.bidi import faces
from penline.compose.make import make
from penline.corpus import Corpus
from penline.errors import CorpusError, ExportError, UnwritableLine
from penline.look.app.line_request import LineRequest, recipe_yaml
from penline.look.app.server_state import ServerState
from penline.look.page import data_uri
from penline.randomness import rng
from penline.records import Sample
from penline.shaping import hindrances

__all__ = ["LineResult", "compose_line", "line_response", "png_of", "sentence"]

_WRITERS = 200
"""Writers named for a text."""
_TRIES = 64


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of a request.

    Attributes:
        sample: the line; None where nothing of the text can be written.
        text: what of the text could be written.
        lacking: characters that nobody has, or that the chosen writer lacks.
        covering: how many known writers have every character of `text`.
        writers: some of them.
        mixed: whether the glyphs are by anybody, because no writer is known.
        said: why there is no line, or what else there is to know; or ``""``.
    """

    sample: Sample | None
    text: str
    lacking: tuple[str, ...]
    covering: int
    writers: tuple[str, ...]
    mixed: bool
    said: str


def compose_line(state: ServerState, asked: LineRequest) -> LineResult:
    """Write the text of a request.

    Raises:
        UsageError, RecipeError, BankError: what is asked for does not work.
    """
    ready = state.ready(asked.banks)
    banks, mixed = ready.banks, not ready.known
    if asked.writer and asked.writer not in ready.known:
        return LineResult(None, "", (), 0, (), mixed, f"no known writer here is {asked.writer}")
    entries = banks.cut(asked.text)
    lacking = [c for c in dict.fromkeys(entries) if not _held(banks, c)]
    among = banks.bits([asked.writer]) if asked.writer else ready.bits
    if not mixed:
        lacking += [c for c in banks.lacking(entries, among) if c not in lacking]
    text = " ".join("".join(c for c in entries if c not in lacking).split())
    gone = tuple(lacking)
    if not text:
        said = "Nobody here has any of these characters." if gone else "Type something."
        return LineResult(None, "", gone, 0, (), mixed, _hindered(lacking) or said)
    covering = banks.writers_covering(faces(banks.cut(text)), ready.bits)
    names = _names(banks, covering)
    try:
        plan = ready.plan(asked.recipe(mixed=mixed), Corpus.from_texts([text]), asked.writer)
        sample = make(plan, asked.seed, asked.index)
    except UnwritableLine as error:
        return LineResult(None, text, gone, banks.count(covering), names, mixed, error.reason)
    except CorpusError:
        return LineResult(None, "", gone, 0, (), mixed, "There is nothing in it to write.")
    said = (
        "" if mixed or banks.count(covering) or asked.writer else "No one writer has all of these."
    )
    said = _hindered(lacking) or said
    if asked.placing == "measured" and asked.by_rules:
        said = f"{said} Columns and cells are placed by the layout's rules.".strip()
    return LineResult(sample, sample.text, gone, banks.count(covering), names, mixed, said)


def _hindered(lacking: list[str]) -> str:
    """Why some of these are written by nobody, whatever the banks hold; ``""`` where none is so."""
    why = "; ".join(hindrances(lacking))
    return f"{why[0].upper()}{why[1:]}, which is not drawn." if why else ""


def _held(banks: BankSet, character: str) -> bool:
    return character.isspace() or banks.is_held(character)


def _names(banks: BankSet, covering: Bits) -> tuple[str, ...]:
    bits = np.unpackbits(covering.view(np.uint8), bitorder="little")
    return tuple(banks.writers[number] for number in np.flatnonzero(bits)[:_WRITERS].tolist())


def png_of(sample: Sample) -> bytes:
    """The picture of a line as PNG."""
    image = sample.image
    if image.ndim == 3:
        image = np.ascontiguousarray(image[:, :, ::-1])
    good, encoded = cv2.imencode(".png", image)
    if not good:
        raise ExportError("the picture could not be encoded")
    return bytes(encoded.tobytes())


def line_response(state: ServerState, asked: LineRequest) -> dict[str, Any]:
    """Picture, boxes and what is to be said of a line, for the page's script."""
    drawn = compose_line(state, asked)
    sample = drawn.sample
    said: dict[str, Any] = {
        "text": drawn.text,
        "lacking": [[c, " ".join(f"U+{ord(one):04X}" for one in c)] for c in drawn.lacking],
        "able": drawn.covering,
        "writers": drawn.writers,
        "said": drawn.said,
        "copies": copies(state, asked, drawn),
    }
    if sample is None:
        return said
    height, width = sample.image.shape[:2]
    said |= {
        "src": data_uri(png_of(sample), "image/png"),
        "width": width,
        "height": height,
        "writer": sample.writer or "several",
        "quads": np.round(sample.quads, 1).tolist(),
        "counts": sample.counts,
        "drawn": _short(sample.drawn),
    }
    return said


def _short(drawn: Mapping[str, Any]) -> list[list[str]]:
    """A few of the numbers drawn, as name and value."""
    layout, paper = drawn["layout"], drawn["paper"]
    rows = [["em", f"{layout['em_px']:.1f} px"], ["paper", str(paper["name"])]]
    rows += [["effect", str(effect["name"])] for effect in drawn["effects"] if "name" in effect]
    return rows


def copies(state: ServerState, asked: LineRequest, drawn: LineResult) -> dict[str, str]:
    """The line as a command, as a recipe, and as Python; names of banks stand for their paths."""
    recipe = recipe_yaml(asked.recipe(mixed=drawn.mixed))
    chosen = state.chosen(asked.banks)
    sample_only = state.samples and all(one.folder is None for one in chosen)
    names = [] if sample_only else [one.name for one in chosen]
    text = drawn.text or asked.text
    words = ["penline", "compose", "--recipe", "recipe.yaml"]
    for name in names:
        words += ["--bank", name]
    words += ["--corpus", "line.txt", "--part", "all", "-n", str(asked.index + 1)]
    words += ["--seed", str(asked.seed), "-o", "lines"]
    command = f"printf '%s\\n' {shlex.quote(text)} > line.txt\n{shlex.join(words)}\n"
    if asked.writer:
        command += "# compose draws the writer itself; Python below keeps to one\n"
    banks = ", ".join(f"penline.open_bank({name!r})" for name in names)
    banks = banks or 'penline.sample_bank("both")'
    writers = f"\n    writers={{{asked.writer!r}}}," if asked.writer else ""
    python = f"""\
import penline
from penline.corpus import Corpus
from penline.compose import ComposePlan
from penline.compose.make import make

plan = ComposePlan(
    penline.load_recipe("recipe.yaml"),
    [{banks}],
    Corpus.from_texts([{text!r}]),
    part="all",{writers}
)
sample = make(plan, {asked.seed}, {asked.index})
sample.image, sample.text, sample.quads
"""
    return {"command": command, "recipe": recipe, "python": python}


def sentence(state: ServerState, numbers: tuple[int, ...], seed: int) -> str:
    """A line of the server's text, one that a writer can write if any is found."""
    ready = state.ready(numbers)
    draws = rng(seed, 0, "sentence")
    lines = state.corpus.lines((6, 18))
    text = ""
    for _ in range(_TRIES):
        text = lines.sample(draws).text
        held = all(_held(ready.banks, c) for c in text)
        if held and (
            not ready.known or ready.banks.count(ready.banks.writers_covering(text, ready.bits))
        ):
            break
    return text
