"""Lines as a stream: composed in a loader's workers, each line by one worker of one rank."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from penline.compose import Composer
from penline.errors import UnwritableLine, UsageError
from penline.produce import contents
from penline.recipe.identity import recipe_hash
from penline.records import Sample
from penline.stream.buckets import cut_by_width
from penline.stream.dataset import Image, Item, LineDataset, Skipped, Unwritable
from penline.stream.place import settle
from penline.stream.walk import EpochStream

if TYPE_CHECKING:
    Streamed = object
else:
    try:
        from torch.utils.data import IterableDataset as Streamed
    except ImportError:  # without PyTorch it is a stream all the same
        Streamed = object

__all__ = ["LineStream"]


class LineStream(EpochStream[Item | Skipped], Streamed):
    """Lines as PyTorch's iterable data sets are, with a state to go on from.

    With a `batch_size`, what comes is lists of lines of like width, for a loader with
    ``batch_size=None`` and ``collate_fn=Pad(...)``. Without one, lines come one by one.

    Every line of an epoch comes once, from one worker of one rank. `state_dict` and
    `load_state_dict` are those that ``torchdata.stateful_dataloader.StatefulDataLoader`` calls in
    each worker; the number of workers then has to stay what it was. What comes after is the
    same as it would have been; at most two windows of lines are composed again for it.

    Indices stay dense: a line that cannot be written leaves a `Skipped`, in the first batch of
    its window, which `Pad` counts.

    Args:
        lines: a `Composer`, a slice of one, or any sequence of samples.
        batch_size: lines of a batch; None for lines one by one.
        side: only lines of that side of a composer's split: ``train`` or ``val``; None for all.
        transform: as in `LineDataset`.
        unwritable: as in `LineDataset`.
        strokes: as in `LineDataset`.
        **walk: `window`, `length`, `seed`, `shuffle`, `rank`, `world_size`, `drop_last` and
            `endless`, as `penline.stream.walk.EpochStream` takes them.

    Raises:
        UsageError: numbers that do not fit together.
    """

    def __init__(
        self,
        lines: Sequence[Sample],
        batch_size: int | None = None,
        *,
        side: Literal["train", "val"] | None = None,
        transform: Callable[[Image], Image] | None = None,
        unwritable: Unwritable = "skip",
        strokes: bool = False,
        **walk: Any,
    ) -> None:
        if side not in (None, "train", "val"):
            raise UsageError(f"side must be train, val or None, not {side!r}")
        super().__init__(len(lines), batch_size=batch_size, **walk)
        self.items = LineDataset(lines, transform=transform, unwritable=unwritable, strokes=strokes)
        self.side = side

    def _made(self, line: int) -> Item | Skipped | None:
        if self.side is None:
            return self.items[line]
        settle()
        try:
            sample = self.items.lines[line]
        except UnwritableLine as error:
            if self.items.unwritable == "raise":
                raise
            return Skipped(error.index, error.reason)
        return self.items.item(sample) if sample.side == self.side else None

    def _cut(self, made: list[Item | Skipped], count: int) -> list[list[Item | Skipped]]:
        written = [line for line in made if isinstance(line, Item)]
        skipped = [line for line in made if isinstance(line, Skipped)]
        batches: list[list[Item | Skipped]] = [*cut_by_width(written, _width, count)]  # type: ignore[list-item]
        if skipped:
            batches = [[*batches[0], *skipped], *batches[1:]] if batches else [skipped]  # type: ignore[list-item]
        return batches

    def _identity(self) -> dict[str, Any]:
        return {"side": self.side, "lines": self._lines_hash}

    @functools.cached_property
    def _lines_hash(self) -> str:
        """What the lines are made of, so that a state is not taken for that of other lines."""
        lines = self.items.lines
        if not isinstance(lines, Composer):
            return ""
        plan = lines.plan
        metadata = {"part": plan.banks.part, "val": str(plan.val), "seed": str(lines.seed)}
        return recipe_hash(lines.recipe, {**contents(lines), **metadata})


def _width(item: Item) -> int:
    return int(item.image.shape[1])
