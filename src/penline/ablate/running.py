"""All arms with all seeds, and what they come to."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any

from penline.ablate.arms import Arm, arm_of, with_mixes
from penline.ablate.compared import Compared
from penline.ablate.leaks import known_before
from penline.ablate.lines import RealLine, real_lines
from penline.ablate.models import MODEL
from penline.ablate.recognisers import RECOGNISERS
from penline.ablate.text import Folding
from penline.ablate.training import RESULT, Training, TrainingPlan
from penline.durable import put, read_file
from penline.engine import local
from penline.errors import UsageError
from penline.job import takes_keywords
from penline.stream.place import torch
from penline.version import __version__

__all__ = ["RESULTS", "AblateJob", "Ablation", "ablate", "trainings"]

AnyPath = str | os.PathLike[str]
RESULTS = "results.json"


@dataclass(frozen=True, slots=True)
class AblateJob:
    """What `ablate` compares, on what, and how.

    Attributes:
        out: the folder of weights, checkpoints and ``results.json``.
        real: the lines to judge on: whatever `convert` makes lines of, a finished set or pages.
        arms: arms, or their specifications, ``name:recipe.yaml,bank,text``; the first is the one
            that the others are held against.
        banks: for arms that name none; none at all: the embedded sample.
        corpora: the same of text.
        real_train: a set of real lines to train on, where a mix asks for them.
        mixes: shares of composed lines, 0 to 1: each arm comes once with each of them.
        side: of the lines to judge on: ``train`` or ``val``; None for all.
        groups: a file of ``writer<TAB>group`` lines, or ``file:number<TAB>group``, the file that
            lists or holds a line and its number there: errors are told by group, too.
        seeds: how many trainings an arm gets.
        steps: of each.
        batch: lines of a step.
        rate: the highest learning rate.
        every: steps between looks at the real lines; 0 for a twentieth of `steps`.
        recogniser: name of the network in the table.
        device: ``cpu``, ``cuda``, ``cuda:1``; ``auto`` for the first GPU, if there is one.
        processes: trainings at a time.
        case: tell capitals from small letters.
        nfkc: fold labels and readings by NFKC.
        part: the publisher's part that glyphs may come from.
        trim: cut all lines to their ink, with like margins.
        half: multiply in bfloat16 while training: faster on processors and GPUs that have it.
        overwrite: begin anew in a folder that holds another comparison.
        progress: called with steps done and steps in all.
    """

    out: AnyPath
    _: KW_ONLY
    real: AnyPath
    arms: Sequence[Arm | str]
    banks: Sequence[AnyPath] = ()
    corpora: Sequence[AnyPath] = ()
    real_train: AnyPath | None = None
    mixes: Sequence[float] = (1.0,)
    side: str | None = None
    groups: AnyPath | None = None
    seeds: int = 3
    steps: int = 4000
    batch: int = 32
    rate: float = 1e-3
    every: int = 0
    recogniser: str = "crnn-small"
    device: str = "auto"
    processes: int = 1
    case: bool = True
    nfkc: bool = True
    part: str = "train"
    trim: bool = False
    half: bool = False
    overwrite: bool = False
    progress: Callable[[int, int], None] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ablation:
    """What `ablate` found.

    Attributes:
        out: the folder.
        results: as ``results.json`` holds it.
        worst: the lines that were read worst by the best arm, with what was read.
    """

    out: Path
    results: dict[str, Any]
    worst: list[tuple[RealLine, str]]


@takes_keywords(AblateJob)
def ablate(job: AblateJob) -> Ablation:
    """Train one reader on the lines of each arm, and judge it on real lines.

    Every training has a folder of its own below `out` and goes on from its checkpoint when the
    same comparison is asked for again; one that has ended is not run again. On a processor the
    numbers are then the same as of a run that was never broken off.

    Args:
        job: what to compare.

    Raises:
        UsageError: arms of one name, a device that is not there, another comparison in `out`; or
            a leak: a writer or a sentence of the lines to judge on among those to train on.
        MissingExtra: PyTorch or RapidFuzz is not installed.
        RecipeError, BankError, CorpusError, ExportError.
    """
    if min(job.seeds, job.steps, job.batch, job.processes) < 1 or job.rate <= 0 or job.every < 0:
        raise UsageError("seeds, steps, batch, processes and rate are above 0, every not below it")
    out = Path(job.out)
    height_px = RECOGNISERS.load(job.recogniser).height_px
    arms = with_mixes(
        [arm if isinstance(arm, Arm) else arm_of(arm, job.banks, job.corpora) for arm in job.arms],
        job.mixes,
    )
    if not arms:
        raise UsageError("name at least one arm: --arm NAME:RECIPE.yaml, or --recipe FILE")
    real = real_lines(Path(job.real), height_px, job.side, trim=job.trim)
    training: list[RealLine] = []
    if any(arm.composed < 1 for arm in arms):
        if job.real_train is None:
            raise UsageError("a mix with real lines needs some to train on: --real-train SET")
        training = real_lines(Path(job.real_train), height_px, "train", trim=job.trim)
    elif job.real_train is not None:
        raise UsageError("--real-train has no effect without real lines in the mix: --mix 0,1")
    known = known_before(real, arms, training)
    folding = Folding(nfkc=job.nfkc, case=job.case)
    plan = TrainingPlan(
        recogniser=job.recogniser,
        alphabet=folding.alphabet(line.text for line in (*real, *training)),
        folding=folding,
        steps=job.steps,
        batch=job.batch,
        rate=job.rate,
        every=job.every or max(job.steps // 20, 1),
        device=_device(job.device),
        part=job.part,
        trim=job.trim,
        half=job.half,
    )
    runs = trainings(plan, arms, range(1, job.seeds + 1), out, real, training)
    _take_folder(runs, overwrite=job.overwrite)
    groups = _groups_of(real, None if job.groups is None else Path(job.groups))
    found = dict(_trained(runs, job))
    compared = Compared(plan, arms, runs, found, real, groups)
    results = {
        "real_training_lines": len(training),
        "known_before": known.figures(),
        **compared.results(),
    }
    put(out / RESULTS, json.dumps(results, ensure_ascii=False, indent=1).encode())
    put(out / MODEL, json.dumps(compared.model(), ensure_ascii=False, indent=1).encode())
    return Ablation(out, results, compared.worst())


def _device(name: str) -> str:
    """The device of that name.

    Raises:
        UsageError: it is not there.
    """
    module = torch()
    if name == "auto":
        return "cuda" if module.cuda.is_available() else "cpu"
    try:
        module.empty(1, device=name)
    except (RuntimeError, AssertionError, TypeError) as error:  # PyTorch's own are of many classes
        reason = str(error).splitlines()[0]
        raise UsageError(f"no device {name!r} here ({reason}); --device auto takes one") from None
    return name


def trainings(
    plan: TrainingPlan,
    arms: Sequence[Arm],
    seeds: Sequence[int],
    out: Path,
    real: Sequence[RealLine],
    training: Sequence[RealLine],
    start: Path | None = None,
) -> list[Training]:
    """Make the trainings of every arm with every seed: all arms with the first seed first.

    Args:
        plan: how.
        arms: of what lines.
        seeds: of each arm's trainings.
        out: where each has a folder.
        real: the lines to judge on.
        training: the real lines to train on.
        start: weights that all go on from; see `Training`.
    """
    judged = [_content(real), _content(training)]
    runs = []
    for seed in seeds:
        for arm in arms:
            decides = [__version__, plan.decides(), arm.decides(), seed, judged[0]]
            decides += [judged[1]] if arm.composed < 1 else []
            decides += [hashlib.sha256(read_file(start)).hexdigest()] if start else []
            identity = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
            folder = out / arm.name / f"seed-{seed}"
            run = Training(plan, arm, seed, folder, identity, real, training, start=start)
            runs.append(run)
    return runs


def _content(lines: Sequence[RealLine]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(f"{line.name}\0{line.text}\0{line.image.shape}\0".encode())
        digest.update(line.image.tobytes())
    return digest.hexdigest()


def _take_folder(runs: Sequence[Training], *, overwrite: bool) -> None:
    """Refuse a folder with trainings of another comparison, or remove what they left.

    Raises:
        UsageError: there are some, and `overwrite` is false.
    """
    others = [run.folder / RESULT for run in runs if run.finished() is None]
    stale = [path for path in others if path.is_file()]
    if stale and not overwrite:
        raise UsageError(
            f"{stale[0].parent} is of another comparison (other lines, settings or version); name "
            "another folder, or --overwrite to train those anew"
        )
    for path in stale:
        path.unlink()


def _trained(runs: Sequence[Training], job: AblateJob) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every run's number and result; those that have ended come first."""
    done, left = 0, []
    for number, run in enumerate(runs):
        result = run.finished()
        if result is None:
            left.append(number)
            continue
        done += 1
        yield number, result

    def tell(steps: int) -> None:
        if job.progress:
            job.progress(done * job.steps + steps, len(runs) * job.steps)

    tell(0)
    workers = min(job.processes, max(len(left), 1))
    for number, result in local.run(_TrainingTask(tuple(runs)), left, workers, progress=tell):
        done += 1
        tell(0)
        yield number, result


@dataclass(frozen=True, slots=True)
class _TrainingTask:
    """Training number `n` of all, for a worker."""

    runs: tuple[Training, ...]

    def __call__(self, number: int) -> tuple[int, dict[str, Any]]:
        return number, self.runs[number].run()


def _groups_of(real: Sequence[RealLine], file: Path | None) -> list[str]:
    """The group of each line: by its place, or else by its writer.

    Raises:
        UsageError: no such file, or a line of it that is not two fields.
    """
    if file is None:
        return [""] * len(real)
    if not file.is_file():
        raise UsageError(f"no file of groups {file}")
    rows = [row.split("\t") for row in read_file(file).decode("utf-8").splitlines() if row]
    if any(len(row) != 2 for row in rows):
        raise UsageError(f"{file}: each line is a writer or a FILE:NUMBER, a TAB, and a group")
    table = {key: group for key, group in rows}  # noqa: C416  two fields each, as was seen
    found = [table.get(line.name, table.get(line.writer, "")) for line in real]
    if not any(found):
        raise UsageError(f"{file} names no writer and no place of the lines to judge on")
    return found
