"""Every kernel has an oracle in `reference/`; and the comparisons that no other file makes."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import penline
from penline import randomness
from penline.corpus import balance, common, cut
from penline.effects import noise, warp
from penline.export import boxes
from penline.formats.grey_runs import sound_records
from penline.formats.png_rows import unfilter
from penline.measure.place import MODEL_PARAMS, ModelTables, place_items
from penline.paper import field
from penline.randomness import FIRST_WORDS, Draws, stage_key, stage_keys
from reference import boxes as slow_boxes
from reference import corpus as slow_corpus
from reference import effects as slow_effects
from reference import formats as slow_formats
from reference import measure as slow_measure
from reference import paper as slow_paper
from reference import randomness as slow_randomness

HERE, SOURCE = Path(__file__).parent, Path(penline.__file__).parent
OTHERS = {
    "formats.g4:_rows": "g4:decode",  # libtiff's
    "thinning:measure_lines": "picture_ends:measure_lines",
    "ends:find_all": "picture_ends:find_picture_ends",
    "compose.place.model_runs:even_numbers": "model:even_numbers",
    "compose.place.model_runs:set_latin": "model:set_latin",
    "compose.place.model_runs:set_words": "model:set_words",
    "compose.transform.join:choose_joins": "joins:choose",
    "compose.transform.join:first_joined": "joins:first_joined",
    "compose.transform.join:join_line": "joins:join_line",
    "compose.transform.join:measure_letters": "joins:measure_letters",
    "compose.transform.join:pack_strokes": "joins:pack_strokes",
    "compose.transform.vary_points:move_points": "vary:move_points",
    "render.joins:add_joins": "joins:join_letters",
    "render.joins:can_join": "joins:reachable",
    "render.letter_ends:_enter": "joins:entry_of",
    "render.letter_ends:find_ends": "joins:exit_of",
    "render.letter_ends:path_lengths": "joins:lengths",
}
"""Oracles of another name, or in another file than the kernel's room or module."""


@functools.cache
def kernels() -> dict[str, set[str]]:
    """``room.module:function`` of each function that is compiled -> the kernels that it calls."""
    bodies: dict[str, tuple[ast.FunctionDef, dict[str, str]]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
        names = {one.name: f"{module}:{one.name}" for one in functions}
        # a kernel that another function makes is called by the name that is given to it
        inner = {one.name: f"{module}:{two.name}" for one in functions for two in one.body
                 if isinstance(two, ast.FunctionDef)}  # fmt: skip
        for one in ast.walk(tree):
            if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("penline."):
                origin = (one.module or "").removeprefix("penline.")
                names |= {a.asname or a.name: f"{origin}:{a.name}" for a in one.names}
            if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call):
                made = inner.get(getattr(one.value.func, "id", ""))
                if made and isinstance(one.targets[0], ast.Name):
                    names[one.targets[0].id] = made
        for one in functions:
            if any(getattr(mark, "id", "") == "compiled" for mark in one.decorator_list):
                bodies[f"{module}:{one.name}"] = (one, names)
    return {
        kernel: {
            names[call.id]
            for call in ast.walk(body)
            if isinstance(call, ast.Name) and names.get(call.id) in bodies
        }
        - {kernel}
        for kernel, (body, names) in bodies.items()
    }


def oracle_of(kernel: str) -> str | None:
    """``file:function`` below `reference` of the kernel's own oracle; None where it has none."""
    if kernel in OTHERS:
        return OTHERS[kernel]
    place, _, name = kernel.partition(":")
    for file in dict.fromkeys((place.split(".")[0], place.rpartition(".")[2])):
        if (HERE / "reference" / f"{file}.py").is_file():
            module = import_module(f"reference.{file}")
            if name.lstrip("_") in module.__all__:
                return f"{file}:{name.lstrip('_')}"
    return None


def covered() -> set[str]:
    """Kernels with an oracle, and what they alone or others of them call."""
    found = {kernel for kernel in kernels() if oracle_of(kernel)}
    waiting = list(found)
    while waiting:
        called = kernels()[waiting.pop()] - found
        found |= called
        waiting += called
    return found


def test_kernels_are_found_by_themselves() -> None:
    assert len(kernels()) > 90
    assert "effects.mesh:_fold" in kernels()["effects.mesh:resample_mesh"]
    assert "randomness:philox_words" in kernels()["effects.warp:_mesh"]
    assert "effects.blocks:go" in kernels()["effects.blocks:quantised"]
    assert oracle_of("effects.noise:_deviations") == "effects:deviations"
    assert oracle_of("effects.noise:unheard_of") is None


def test_every_kernel_has_an_oracle() -> None:
    assert kernels().keys() - covered() == set()


def test_every_oracle_is_held_against_its_kernel() -> None:
    """Some test names the oracle; and no oracle is left of a kernel that is no more."""
    tests = [path.read_text("utf-8") for path in HERE.glob("test_*.py")]
    named = {oracle_of(kernel) for kernel in kernels()} - {None}
    for path in sorted((HERE / "reference").glob("*.py")):
        module = import_module(f"reference.{path.stem}")
        imported = re.compile(rf"^from reference(\.| import .*){path.stem}\b", re.MULTILINE)
        own = "\n".join(text for text in tests if imported.search(text))
        for name in getattr(module, "__all__", ()):
            assert f"{path.stem}:{name}" in named, f"{path.stem}:{name} is no kernel's"
            assert f".{name}" in own, f"{path.stem}:{name} is held against nothing"


def test_no_oracle_ships() -> None:
    assert list(SOURCE.rglob("*reference*.py")) == []


# ---- comparisons


def words_of(chance: np.random.Generator, count: int) -> np.ndarray:
    edges = [0, 1, 2**16, 2**32 - 1, 2**63, 2**64 - 1]
    return np.array([*edges, *chance.integers(0, 1 << 64, count, np.uint64).tolist()], np.uint64)


def test_words_and_bells(chance: np.random.Generator) -> None:
    words = words_of(chance, 20)
    for word, other in zip(words, words[::-1], strict=True):
        assert randomness.mulhi(word, other) == slow_randomness.mulhi(int(word), int(other))
        assert randomness.bell_q16(word) == slow_randomness.bell_q16(int(word))
        assert randomness.bell(word) == slow_randomness.bell(int(word))
    keys = [stage_key(int(word), "a") for word in words]
    index, block = (int(number) for number in chance.integers(0, 1 << 40, 2))
    out = np.empty(12, np.uint64)
    randomness.philox_words(*keys[0], np.uint64(index), np.uint64(block), out)
    assert np.array_equal(out, slow_randomness.philox_words(keys[0], index, block, 12))
    table = stage_keys(index, ("text", "ink"))
    first = np.empty((2, FIRST_WORDS), np.uint64)
    randomness._fill_words(table, index, block, first)
    pairs = [tuple(row) for row in table]
    assert np.array_equal(first, slow_randomness.fill_words(pairs, index, block, FIRST_WORDS))
    assert Draws(index, 3, "text").words(5).shape == (5,)


def test_fields_of_octaves(chance: np.random.Generator) -> None:
    for _ in range(5):
        shape = tuple(chance.integers(1, 60, 2).tolist())
        octaves = np.stack([*chance.integers(1, 30, (2, 3)), chance.integers(0, 9000, 3)], 1)
        seed, tag = int(chance.integers(0, 1 << 48)), int(chance.integers(0, 9))
        wanted = np.zeros(shape, np.int32)
        slow_paper.add_octaves(wanted, octaves, seed, 64 * tag)
        assert np.array_equal(field.noise_field(*shape, seed, octaves.tolist(), tag), wanted)


def test_deviations_of_noise(chance: np.random.Generator) -> None:
    for dark, light in chance.integers(0, 64 * 256, (20, 2)).tolist():
        assert np.array_equal(noise._deviations(dark, light), slow_effects.deviations(dark, light))


def test_plans_of_warps(chance: np.random.Generator) -> None:
    fitted = 0
    for number in range(6):
        width, height = chance.integers(16, 300, 2).tolist()
        turn = chance.integers(-4000, 4000, 3).tolist()
        bend, cell = int(chance.integers(0, 9000)), int(chance.integers(24, 90))
        geometry = np.array([width, height, *turn, bend, cell])
        seed = int(chance.integers(0, 1 << 48))
        fit = np.array([chance.integers(30000, 65537), *chance.integers(-9999, 9999, 2)])
        mesh, pad = warp.warp_mesh(geometry, seed, tuple(fit.tolist()))
        wanted, wanted_pad = slow_effects.mesh(geometry, seed, fit)
        assert np.array_equal(mesh, wanted) and np.array_equal(pad, wanted_pad)
        corners = chance.uniform(0, [width, height], (int(chance.integers(0, 12)), 2))
        if number % 2:  # to the edges, so that it must be fitted
            corners = np.concatenate([corners, [[0, 0], [width, 0], [0, height], [width, height]]])
        moved = np.empty_like(corners)
        made = warp._plan(geometry, stage_key(seed, "effect warp"), corners, moved)
        for one, other in zip(
            (*made, moved), slow_effects.plan(geometry, seed, corners), strict=True
        ):
            assert np.array_equal(one, other)
        fitted += not np.array_equal(
            made[0], slow_effects.mesh(geometry, seed, np.array([65536, 0, 0]))[0]
        )
    assert fitted


def texts(chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Code points of paragraphs of few classes, so that runs come again, and their offsets."""
    codes = np.concatenate([chance.integers(32, 40, 120), chance.integers(19968, 19975, 80)])
    codes = chance.permutation(codes).astype(np.uint32)
    ends = np.sort(chance.choice(np.arange(1, codes.size), 6, replace=False))
    return codes, np.concatenate([[0], ends, [codes.size]])


def test_keys_and_counts_of_texts(chance: np.random.Generator) -> None:
    codes, offsets = texts(chance)
    for length in (1, 3, 6, 40):
        keys = common.grams(codes, offsets, length)
        assert keys.tolist() == slow_corpus.grams(codes, offsets, length)
        assert int(common.gram(codes, 2, length)) == slow_corpus.gram(codes, 2, length)
    lines = offsets[:-1], offsets[1:]
    keys = balance.fingerprints(codes, *lines)
    assert keys.tolist() == slow_corpus.fingerprints(codes, *lines)
    found, wanted = np.ones((2, 20000), np.int64)
    balance.tally(codes, *lines, found)
    slow_corpus.tally(codes, *lines, wanted)
    assert np.array_equal(found, wanted)


def test_lines_one_after_the_other(chance: np.random.Generator) -> None:
    _, offsets = texts(chance)
    for shortest, longest in ((1, 1), (2, 9), (5, 12), (30, 60)):
        flags = (chance.integers(0, 64, offsets[-1]) & chance.integers(0, 64, offsets[-1])).astype(
            np.uint8
        )
        word = int(chance.integers(0, 1 << 63))
        made = cut.cover(flags, offsets, shortest, longest, np.uint64(word))
        wanted = slow_corpus.cover(flags, offsets, shortest, longest, word)
        assert np.array_equal(made[0], wanted[0]) and np.array_equal(made[1], wanted[1])


def test_the_exchange(chance: np.random.Generator) -> None:
    most, longest = 7, 9
    lines = [chance.integers(30, 44, int(n)).tolist() for n in chance.integers(1, longest, 30)]
    first, rest = lines[:most], lines[most:]
    pool, lengths = np.zeros((most, longest), np.uint32), np.array([len(one) for one in first])
    found = np.zeros(64, np.int64)
    for place, line in enumerate(first):
        pool[place, : len(line)] = line
        np.add.at(found, [code for code in line if code != 32], 1)
    wanted = chance.uniform(0, 3, 64) ** 2
    words = chance.integers(0, 1 << 64, (len(rest), 4), np.uint64)
    ends = np.cumsum([len(one) for one in rest])
    taken = np.empty(len(rest), np.int64)
    codes = np.concatenate(rest).astype(np.uint32)
    starts = ends - [len(one) for one in rest]
    balance.exchange(codes, starts, ends, words, pool, lengths, found, wanted, taken)
    made, places = slow_corpus.exchange(rest, words, first, wanted)
    assert taken.tolist() == places and set(places) > {-1}
    held = [pool[place, :length].tolist() for place, length in enumerate(lengths.tolist())]
    assert held == made


def records(chance: np.random.Generator, head: int) -> Iterator[bytes]:
    for _ in range(int(chance.integers(0, 9))):
        width, height = chance.integers(1, 5, 2).tolist()
        size = head + width * height + int(chance.random() < 0.1)
        label = chance.integers(0, 256, head - 8, np.uint8).tobytes()
        sides = width.to_bytes(2, "little") + height.to_bytes(2, "little")
        yield size.to_bytes(4, "little") + label + sides + bytes(width * height)


@pytest.mark.parametrize("head", [10, 14])
def test_sound_records(head: int, chance: np.random.Generator) -> None:
    for _ in range(20):
        data = b"".join(records(chance, head)) + bytes(int(chance.integers(0, 20)))
        data = data.ljust(head, b"\0")
        limit = int(chance.integers(1, 9))
        starts, labels = np.zeros((2, limit), np.int64)
        sizes = np.zeros((limit, 2), np.int64)
        count = sound_records(np.frombuffer(data, np.uint8), 0, head, starts, sizes, labels)
        made = zip(starts.tolist(), map(tuple, sizes.tolist()), labels.tolist(), strict=True)
        wanted = slow_formats.sound_records(data, 0, head, limit)
        assert list(made)[:count] == wanted and count == len(wanted)


def test_unfilter(chance: np.random.Generator) -> None:
    for filters in (*([kind] for kind in range(5)), [*range(5)], [*range(6)]):
        height, width = chance.integers(1, 12, 2).tolist()
        rows = chance.integers(0, 256, (height, 1 + width), np.uint8)
        rows[:, 0] = chance.choice(filters, height)
        pixels = np.empty((height, width), np.uint8)
        sound = unfilter(rows.ravel(), pixels)
        wanted = slow_formats.unfilter(rows.tobytes(), width)
        assert sound == (wanted is not None)
        assert wanted is None or pixels.tolist() == wanted


def test_numbers_of_boxes(chance: np.random.Generator) -> None:
    corners = [*(chance.integers(-(1 << 20), 1 << 20, 9) / 256), 0.0, -0.0, 0.5, 1e-9, -1e-9]
    corners += [float(round(x, 8)) for x in chance.uniform(-100, 100, 9)]
    wholes = [0, -1, 9, 10, -(1 << 62), *chance.integers(-(10**9), 10**9, 9).tolist()]
    marks = [1] * len(corners) + [2] * len(wholes)
    pattern = chance.permutation([*marks, *'{"永'.encode()])
    data = bytes(pattern.astype(np.uint8))
    out = np.empty(len(data) + 20 * (len(corners) + len(wholes)), np.uint8)
    length = boxes._fill(
        np.frombuffer(data, np.uint8), np.array(corners), np.array(wholes, np.int64), out
    )
    assert out[:length].tobytes() == slow_boxes.fill(data, corners, wholes)
    for wrong in (np.nan, np.inf, -1e9):
        assert boxes._fill(np.array([1], np.uint8), np.array([wrong]), np.array([0]), out) == -1
        assert slow_boxes.fill(b"\1", [wrong], []) is None


@pytest.mark.parametrize("drawn", [False, True])
def test_places_by_a_model(drawn: bool, chance: np.random.Generator) -> None:
    n, classes = int(chance.integers(1, 40)), 5
    scores = np.sort(chance.normal(0, 1.2, 13))
    given = chance.uniform(0.05, 1, len(MODEL_PARAMS))
    numbers = dict(zip(MODEL_PARAMS, given.tolist(), strict=True))
    numbers |= {"least": 0.6, "most": 1.5, "mark_shape": float(chance.integers(0, 2))}
    shape = chance.uniform(0.3, 2, classes) * chance.integers(0, 2, classes)
    moments = np.stack(
        [chance.uniform(-0.9, 0.9, classes), *chance.uniform(0.2, 1, (2, classes)), shape]
    )
    shares = chance.uniform(0, 0.5, (3, 2))
    inputs = (
        chance.integers(0, classes, n),
        chance.random(n) < 0.2,
        np.zeros((0, 2)) if drawn else chance.integers(8, 90, (n, 2)).astype(np.float64),
        chance.uniform(30, 80, n),
        chance.uniform(0.3, 1, n),
        chance.uniform(0, 0.3, n),
    )
    model = (
        scores,
        np.sort(chance.uniform(0.01, 1.5, (3, classes, 13)), axis=2),
        np.sort(chance.normal(0.1, 0.3, (classes, classes, 13)), axis=2),
        moments,
        chance.random(classes) < 0.5,
        np.column_stack([shares, chance.uniform(0, 0.99, 3)]),
        np.sort(chance.normal(0, 0.1, (2, 13)), axis=1),
    )
    words = chance.integers(0, 1 << 64, 8 + 8 * n, np.uint64)
    places, facts = np.zeros((n, 5), np.int64), np.zeros(3)
    space, em = float(chance.uniform(0.05, 1)), 40.0
    tables = ModelTables(np.array(list(numbers.values())), *model)
    place_items(*inputs, words, space, em, tables, places, facts)
    numbers |= {"space": space, "em": em}
    bells = np.array([slow_randomness.bell(word) for word in words.tolist()])
    wanted, wanted_facts = slow_measure.place_items(*inputs, bells, numbers, *model)
    assert np.array_equal(places, wanted)
    np.testing.assert_allclose(facts, wanted_facts, rtol=1e-12)
