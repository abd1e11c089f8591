"""One reader trained on the lines of one arm with one seed: resumable, and the same again."""

from __future__ import annotations

import io
import json
import pickle
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np

from penline.ablate.arms import Arm
from penline.ablate.lines import MixedLines, RealLine
from penline.ablate.recognisers import RECOGNISERS
from penline.ablate.scores import edits_of, rate
from penline.ablate.text import Folding
from penline.compose import Composer
from penline.durable import put, read_file
from penline.engine.made import counted
from penline.errors import ExportError
from penline.stream.collate import Pad
from penline.stream.dataset import Item, Skipped
from penline.stream.labels import CTCLabels
from penline.stream.lines import LineStream
from penline.stream.place import torch

__all__ = ["RESULT", "WEIGHTS", "Training", "TrainingPlan", "readings_of"]

RESULT, WEIGHTS, _CHECKPOINT = "result.json", "weights.pt", "checkpoint.pt"
_WARM = 0.05
"""Share of the steps in which the learning rate rises."""
_CLIP = 5.0
_BATCH_READ = 64


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How all arms are trained.

    Attributes:
        recogniser: name in the table.
        alphabet: the characters it can say.
        folding: of labels and readings.
        steps: of training.
        batch: lines of a step.
        rate: the highest learning rate; it rises from 0 and falls to 0 along a cosine.
        every: steps between two looks at the lines to judge on, and between checkpoints.
        device: ``cpu``, ``cuda``, ``cuda:1`` ...
        part: the publisher's part that glyphs may come from.
        trim: all lines are cut to their ink, with like margins.
        half: layers multiply in bfloat16 while they train; weights and readings are float32.
    """

    recogniser: str
    alphabet: tuple[str, ...]
    folding: Folding
    steps: int
    batch: int
    rate: float
    every: int
    device: str
    part: str = "train"
    trim: bool = False
    half: bool = False

    def decides(self) -> dict[str, Any]:
        """What decides the numbers of a training, as JSON can hold it."""
        return {
            "recogniser": self.recogniser,
            "alphabet": "".join(self.alphabet),
            "nfkc": self.folding.nfkc,
            "case": self.folding.case,
            "steps": self.steps,
            "batch": self.batch,
            "rate": self.rate,
            "part": self.part,
            "trim": self.trim,
            "half": self.half,
        }


@dataclass(slots=True)
class Training:
    """The run of one arm with one seed, in a folder of its own.

    Attributes:
        plan: how.
        arm: of what lines.
        seed: of the network's first weights, of the composed lines, and of the order.
        folder: where checkpoint, weights and result go.
        identity: of everything that decides it, the lines to judge on included.
        real: the lines to judge on.
        training: the real lines to train on.
        looked: so many of `real` are read for the learning curve; all are at the end.
        start: weights to go on from, of a training with the same alphabet; None begins by chance.
    """

    plan: TrainingPlan
    arm: Arm
    seed: int
    folder: Path
    identity: str
    real: Sequence[RealLine]
    training: Sequence[RealLine] = ()
    looked: int = 500
    start: Path | None = None
    losses: list[float] = field(default_factory=list)
    curve: list[tuple[int, float, float]] = field(default_factory=list)
    seconds: float = 0.0
    skipped: int = 0

    def finished(self) -> dict[str, Any] | None:
        """The result of before, where it is whole and of this very run."""
        path = self.folder / RESULT
        if not path.is_file():
            return None
        try:
            found = json.loads(read_file(path))
        except ValueError:
            return None
        return found if found.get("identity") == self.identity else None

    def run(self) -> dict[str, Any]:
        """Train to the end, from the last checkpoint of this very run if there is one.

        Returns:
            The result, which is in the folder then, too: the readings of all lines to judge on,
            the learning curve, seconds, lines that could not be written.

        Raises:
            MissingExtra: PyTorch or RapidFuzz is not installed.
            ExportError: lines that no one could write, or a loss that is no number.
        """
        if found := self.finished():
            return found
        module = torch()
        module.set_num_threads(1)
        module.manual_seed(self.seed)
        module.use_deterministic_algorithms(True, warn_only=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        labels = CTCLabels(self.plan.alphabet)
        kind = RECOGNISERS.load(self.plan.recogniser)
        network = kind.build(len(labels)).to(self.plan.device)
        if self.start is not None:
            weights = module.load(self.start, map_location=self.plan.device, weights_only=True)
            network.load_state_dict(weights)
        optimiser = module.optim.AdamW(network.parameters(), lr=self.plan.rate)
        stream = LineStream(
            self._lines(kind.height_px), self.plan.batch, endless=True, seed=self.seed
        )
        self._resume(module, network, optimiser, stream)
        pad = Pad(labels)
        begun, before = time.perf_counter(), self.seconds
        for lines in counted(islice(stream, self.plan.steps - len(self.losses))):
            batch = pad(cast(list[Item | Skipped], lines))
            self.skipped += batch.skipped
            for group in optimiser.param_groups:
                group["lr"] = self._rate(len(self.losses))
            self.losses.append(self._step(module, network, optimiser, batch, kind.stride_px))
            self.seconds = before + time.perf_counter() - begun
            step = len(self.losses)
            if step % self.plan.every == 0 and step < self.plan.steps:
                self._look(network, labels, kind.stride_px)
                self._keep(module, network, optimiser, stream)
        return self._finish(module, network, labels, kind.stride_px)

    def _lines(self, height_px: int) -> Any:
        size = self.plan.steps * self.plan.batch
        composed = None
        if self.arm.composed:
            chars = set().union(*(bank.characters for bank in self.arm.banks))
            alphabet = self.plan.folding.writable(self.plan.alphabet, chars)
            composed = Composer(
                self.arm.recipe,
                self.arm.banks,
                self.arm.corpus,
                self.seed,
                length=size,
                part=self.plan.part,
                alphabet=alphabet,
            )
        return MixedLines(
            composed,
            self.training,
            self.arm.composed,
            self.plan.folding,
            height_px=height_px,
            size=size,
            trim=self.plan.trim,
        )

    def _rate(self, step: int) -> float:
        warm = max(round(self.plan.steps * _WARM), 1)
        if step < warm:
            return self.plan.rate * (step + 1) / warm
        done = (step - warm) / max(self.plan.steps - warm, 1)
        return float(self.plan.rate * (1 + np.cos(np.pi * done)) / 2)

    def _step(self, module: Any, network: Any, optimiser: Any, batch: Any, stride: int) -> float:
        kind = module.device(self.plan.device).type
        with module.autocast(kind, dtype=module.bfloat16, enabled=self.plan.half):
            scores = network(batch.images.to(self.plan.device))
        scores = scores.float().log_softmax(2)
        steps = (batch.widths // stride).clamp(min=1)
        loss = module.nn.functional.ctc_loss(
            scores.cpu(), batch.labels, steps, batch.lengths, zero_infinity=True
        )
        optimiser.zero_grad()
        loss.backward()
        module.nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
        optimiser.step()
        value = float(loss.item())
        if not np.isfinite(value):
            raise ExportError(
                f"{self.arm.name}, seed {self.seed}: the loss is no number any more; lower --rate"
            )
        return value

    def _look(self, network: Any, labels: CTCLabels, stride: int) -> None:
        some = self.real[: self.looked]
        read = readings_of(network, some, labels, stride, self.plan.device)
        references = [self.plan.folding(line.text) for line in some]
        recent = self.losses[-self.plan.every :]
        wrong = rate(edits_of(references, read).characters)
        self.curve.append((len(self.losses), sum(recent) / len(recent), wrong))

    def _keep(self, module: Any, network: Any, optimiser: Any, stream: LineStream) -> None:
        """Write a checkpoint of tensors, numbers and text alone: nothing in it runs when read."""
        state = {
            "identity": self.identity,
            "network": network.state_dict(),
            "optimiser": optimiser.state_dict(),
            "stream": json.dumps(stream.state_dict()),
            "told": json.dumps([self.losses, self.curve, self.seconds, self.skipped]),
        }
        put(self.folder / _CHECKPOINT, _saved(module, state))

    def _resume(self, module: Any, network: Any, optimiser: Any, stream: LineStream) -> None:
        path = self.folder / _CHECKPOINT
        if not path.is_file():
            return
        try:
            state = module.load(path, map_location=self.plan.device, weights_only=True)
        except (RuntimeError, ValueError, EOFError, pickle.UnpicklingError) as error:
            raise ExportError(
                f"{path} is no checkpoint ({error}); remove it to begin anew"
            ) from None
        if state.get("identity") != self.identity:
            return
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        stream.load_state_dict(json.loads(state["stream"]))
        self.losses, curve, self.seconds, self.skipped = json.loads(state["told"])
        self.curve = [tuple(row) for row in curve]

    def _finish(self, module: Any, network: Any, labels: CTCLabels, stride: int) -> dict[str, Any]:
        read = readings_of(network, self.real, labels, stride, self.plan.device)
        references = [self.plan.folding(line.text) for line in self.real]
        found = edits_of(references, read)
        recent = self.losses[-self.plan.every :]
        self.curve.append(
            (len(self.losses), sum(recent) / len(recent), rate(found.characters[: self.looked]))
        )
        put(self.folder / WEIGHTS, _saved(module, network.cpu().state_dict()))
        result = {
            "identity": self.identity,
            "arm": self.arm.name,
            "seed": self.seed,
            "curve": self.curve,
            "seconds": round(self.seconds, 1),
            "skipped": self.skipped,
            "characters": found.characters.tolist(),
            "words": found.words.tolist(),
            "readings": read,
        }
        put(self.folder / RESULT, json.dumps(result, ensure_ascii=False).encode())
        (self.folder / _CHECKPOINT).unlink(missing_ok=True)
        return json.loads(json.dumps(result))  # type: ignore[no-any-return]


def readings_of(
    network: Any, lines: Sequence[RealLine], labels: CTCLabels, stride: int, device: str
) -> list[str]:
    """Read lines: the best class at each step, repeated ones and blanks left out.

    Args:
        network: of the table of recognisers; it is left in training mode.
        lines: of its height.
        labels: what its classes stand for.
        stride: pixels a step.
        device: where it is.

    Returns:
        A text for each line, without white space at the ends.
    """
    module = torch()
    found = [""] * len(lines)
    pad = Pad()
    order = sorted(range(len(lines)), key=lambda at: lines[at].image.shape[1])
    network.eval()
    with module.no_grad():
        for first in range(0, len(order), _BATCH_READ):
            some = order[first : first + _BATCH_READ]
            batch = pad([Item(lines[at].image, "", at) for at in some])
            best = network(batch.images.to(device)).argmax(2).T.cpu()
            steps = (batch.widths // stride).clamp(min=1).tolist()
            for at, row, count in zip(some, best.tolist(), steps, strict=True):
                found[at] = labels.decode(row[:count]).strip()
    network.train()
    return found


def _saved(module: Any, state: Any) -> bytes:
    file = io.BytesIO()
    module.save(state, file)
    return file.getvalue()
