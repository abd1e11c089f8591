"""What streams give: items, batches of like width, labels as numbers."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from fakes_stream import COUNT, Fake, composer, flat
from penline.bank import Bank
from penline.compose import Composer
from penline.errors import UnwritableLine, UsageError
from penline.stream import (
    AttentionLabels,
    CTCLabels,
    Item,
    LineDataset,
    LineStream,
    Pad,
    Skipped,
    WidthBuckets,
)


@pytest.fixture(scope="module")
def lines(small_bank: Bank, corpus_file: Path) -> Composer:
    return composer(small_bank, corpus_file)


# Items


def test_items_are_the_composers_lines(lines: Composer) -> None:
    data = pickle.loads(pickle.dumps(LineDataset(lines)))  # noqa: S301 - our own
    assert len(data) == COUNT
    for index in (0, 7, COUNT - 1):
        item, sample = data[index], lines[index]
        assert np.array_equal(item.image, sample.image)
        assert (item.text, item.index) == (sample.text, index)
    with pytest.raises(IndexError):
        data[COUNT]
    turned = LineDataset(lines, transform=np.rot90)[3]
    assert turned.image.shape == lines[3].image.shape[::-1]


def test_a_line_that_cannot_be_written_is_counted_or_raised() -> None:
    fake = Fake(20, bad=[4, 5])
    assert LineDataset(fake)[4] == Skipped(4, "nobody has 龘")
    for data in (LineDataset(fake, unwritable="raise"), LineStream(fake, unwritable="raise")):
        with pytest.raises(UnwritableLine):
            [data[index] for index in range(20)] if isinstance(data, LineDataset) else list(data)
    with pytest.raises(UnwritableLine):
        list(LineStream(fake, side="val", unwritable="raise"))
    pad = Pad(tensors=False)
    for stream in (LineStream(fake, 6, window=2), LineStream(fake, 6, window=2, side="train")):
        batches = [pad(batch) for batch in stream]
        assert sum(batch.skipped for batch in batches) == 2
    with pytest.raises(UnwritableLine, match="nobody has 龘"):
        pad([LineDataset(fake)[4], LineDataset(fake)[5]])


def test_wrong_settings_are_refused() -> None:
    wrong = [
        lambda: LineDataset(Fake(3), unwritable="ignore"),
        lambda: LineStream(Fake(3), side="test"),
        lambda: LineStream(Fake(3), 0),
        lambda: LineStream(Fake(3), 2, window=0),
        lambda: LineStream(Fake(3), rank=0),
        lambda: LineStream(Fake(3), rank=2, world_size=2),
        lambda: LineStream(Fake(3), length=0),
        lambda: LineStream(Fake(3)).set_epoch(-1),
        lambda: LineStream(Fake(0)),
        lambda: WidthBuckets(len, 4),
        lambda: WidthBuckets([1, 2], 4, size=3),
        lambda: Pad(fill=256),
        lambda: Pad(fill="white"),
        lambda: Pad(multiple_px=0),
        lambda: Pad(dtype="float64"),
    ]
    for make in wrong:
        with pytest.raises(UsageError):
            make()


# Batches


def test_padding(lines: Composer) -> None:
    labels = CTCLabels(sorted(set("".join(lines[index].text for index in range(8)))))
    items = [LineDataset(lines)[index] for index in range(8)]
    batch = Pad(labels, tensors=False)(items)
    widths = [item.image.shape[1] for item in items]
    assert batch.images.dtype == np.uint8
    assert batch.images.shape == (8, 1, 32, -(-max(widths) // 8) * 8)
    assert batch.widths.tolist() == widths
    assert batch.indices.tolist() == list(range(8))
    for row, item in enumerate(items):
        own = batch.images[row, 0]
        assert np.array_equal(own[:, : widths[row]], item.image)
        if widths[row] < own.shape[1]:
            assert own[:, widths[row] :].min() == own[:, widths[row] :].max()
            assert int(own[0, -1]) == np.sort(item.image[:, -1])[16]
        length = int(batch.lengths[row])
        assert labels.decode(batch.labels[row, :length], collapse=False) == batch.texts[row]
        assert not batch.labels[row, length:].any()
    assert (batch.skipped, batch.unknown) == (0, 0)
    black = Pad(fill=0, multiple_px=1, tensors=False)(items)
    assert black.images.shape[3] == max(widths)
    assert not black.images[int(np.argmin(widths)), :, :, min(widths) :].any()
    assert black.labels is black.lengths is None
    scaled = Pad(dtype="float32", tensors=False)(items).images
    assert scaled.dtype == np.float32
    assert np.allclose((scaled + 1) * 127.5, batch.images, atol=1e-4)


def test_padding_of_colours_and_of_lines_that_do_not_go_together() -> None:
    red, green = np.zeros((2, 4, 6, 3), np.uint8)
    red[:, :, 0], green[:, :, 1] = 200, 100
    batch = Pad(tensors=False, multiple_px=1)(
        [Item(red, "a", 0), Item(np.hstack([green, green]), "b", 1)]
    )
    assert batch.images.shape == (2, 3, 4, 12)
    assert batch.images[0, :, 0, -1].tolist() == [200, 0, 0]
    with pytest.raises(UsageError, match="height"):
        Pad(tensors=False)([Item(red, "a", 0), Item(red[:2], "b", 1)])


def test_width_buckets(monkeypatch) -> None:
    widths = [20 + number * 37 % 90 for number in range(500)]
    sampler = WidthBuckets(widths, 8, window=10)
    first = list(sampler)
    assert len(first) == len(sampler) == 63
    assert flat(first) == list(range(500))
    spread = [max(map(widths.__getitem__, b)) - min(map(widths.__getitem__, b)) for b in first]
    assert np.mean(spread) < 20
    assert list(sampler) != first
    by_function = WidthBuckets(widths.__getitem__, 8, size=500, window=10)
    assert list(by_function) == first
    ranks = [WidthBuckets(widths, 8, rank=r, world_size=2) for r in range(2)]
    assert flat([*ranks[0], *ranks[1]]) == list(range(500))
    sampler.set_epoch(0)
    walk = iter(sampler)
    for _ in range(25):
        next(walk)
    state = sampler.state_dict()
    again = WidthBuckets(widths, 8, window=10)
    again.load_state_dict(state)
    assert list(again) == list(walk) == first[25:]


# Labels


def test_labels_by_a_dictionary_file(tmp_path: Path) -> None:
    file = tmp_path / "dict.txt"
    file.write_bytes("一\n二\r\nａ\n".encode())
    ctc = CTCLabels.from_dictionary(file)
    assert len(ctc) == 5
    assert ctc.encode("二 一") == [2, 4, 1]
    assert ctc.alphabet == frozenset("一二ａ ")
    assert " " not in CTCLabels.from_dictionary(file, space=False)
    attention = AttentionLabels.from_dictionary(file)
    assert attention.encode("二 一") == [2, 5, 7, 4, 3]
    for labels in (ctc, attention):
        with pytest.raises(UsageError, match="not in the dictionary: 龘"):
            labels.encode("一龘龘")
    with pytest.raises(UsageError, match="no dictionary file"):
        CTCLabels.from_dictionary(tmp_path / "none.txt")
    with pytest.raises(UsageError):
        CTCLabels("")


def test_decoding() -> None:
    ctc = CTCLabels("ab")
    assert ctc.decode([0, 1, 1, 0, 1, 2, 2, 0]) == "aab"
    assert ctc.decode(ctc.encode("aabb"), collapse=False) == "aabb"
    attention = AttentionLabels("ab", unknown="mark")
    assert attention.decode([*attention.encode("axb"), 4, 0]) == "a\ufffdb"
    assert attention.decode([0, 5, 0, 4]) == "ba"
    for labels in (ctc, attention):
        for number in (-1, len(labels)):
            with pytest.raises(UsageError, match="not the number"):
                labels.decode([number])


def test_unknown_characters_are_counted() -> None:
    items = [Item(np.zeros((4, 4), np.uint8), text, 0) for text in ("axbx", "ay")]
    dropped = Pad(CTCLabels("ab", unknown="drop"), tensors=False)(items)
    assert dropped.unknown == 3
    assert dropped.labels.tolist() == [[1, 2], [1, 0]]
    marked = Pad(AttentionLabels("ab", unknown="mark"), tensors=False)(items)
    assert marked.unknown == 3
    assert marked.labels.tolist() == [[2, 4, 1, 5, 1, 3], [2, 4, 1, 3, 0, 0]]
    with pytest.raises(UsageError, match="not in the dictionary: x"):
        Pad(CTCLabels("ab"), tensors=False)(items)
    with pytest.raises(UsageError, match="raise or drop"):
        CTCLabels("ab", unknown="mark")


def test_the_composer_keeps_to_the_labels(small_bank: Bank, corpus_file: Path) -> None:
    text = corpus_file.read_text("utf-8")
    labels = CTCLabels(sorted(set(text) - set("\n老q")))
    bounded = composer(small_bank, corpus_file, length=60, alphabet=labels.alphabet)
    for batch in LineStream(bounded, 8):
        assert Pad(labels, tensors=False)(batch).unknown == 0
