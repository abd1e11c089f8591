"""A recogniser trained on lines that are composed while it trains: plain PyTorch, CTC, on a CPU.

    pip install 'penline[torch]' torchdata
    python examples/train_ctc.py                     # numbers in the sample's hands, minutes
    python examples/train_ctc.py --bank my.bank --corpus novel.txt --width 64 --workers 8

No line comes twice before a million others have. With ``--save run.pt`` it keeps the model, the
optimiser and the place in the stream there, and goes on from them when it is started again. The
model is tiny, and the sample is fonts in disguise: this shows how the pieces go together, not how
well handwriting can be read.
"""

from __future__ import annotations

import argparse
import time
from itertools import islice
from pathlib import Path

import torch
from torch import nn
from torchdata.stateful_dataloader import StatefulDataLoader

import penline
from penline.sample import corpus_files
from penline.stream import CTCLabels, LineStream, Pad

HEIGHT_PX = 32
NUMBERS = "0123456789,.%-"
STRIDE_PX = 4
"""Pixels of a line for each step of the model's output."""


class Reader(nn.Module):
    """A small CRNN: columns of features, read from both sides."""

    def __init__(self, classes: int, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        for out, pool in ((width, (2, 2)), (2 * width, (2, 2)), (4 * width, (2, 1))):
            layers += [nn.Conv2d(channels, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU()]
            layers += [nn.MaxPool2d(pool)]
            channels = out
        self.look = nn.Sequential(*layers)
        self.read = nn.GRU(channels * HEIGHT_PX // 8, 4 * width, bidirectional=True)
        self.say = nn.Linear(8 * width, classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """``uint8 (lines, 1, 32, width)`` to logits ``(width / 4, lines, classes)``."""
        seen = self.look(1 - images.float() / 255)
        return self.say(self.read(seen.flatten(1, 2).permute(2, 0, 1))[0])


def lines_of(arguments: argparse.Namespace, seed: int, labels: CTCLabels) -> penline.Composer:
    """Short lines in black on plain paper, of characters that the model knows."""
    recipe = {
        "corpus": {"length_range": [3, 8], "made": {} if arguments.corpus else {"number": 1.0}},
        "image": {"height_px": HEIGHT_PX},
        "papers": ["plain"],
    }
    bank = arguments.bank or penline.sample_bank()
    corpus = arguments.corpus or corpus_files()
    return penline.Composer(recipe, bank, corpus, seed=seed, alphabet=labels.alphabet)


def wrong_characters(model: Reader, lines: penline.Composer, labels: CTCLabels) -> float:
    """Share of the characters of 128 other lines that come out wrong, by edit distance."""
    model.eval()
    edits = characters = 0
    with torch.no_grad():
        for batch in map(Pad(), LineStream(lines[:128], 32)):
            best = model(batch.images).argmax(2).T
            steps = (batch.widths // STRIDE_PX).tolist()
            for text, row, count in zip(batch.texts, best.tolist(), steps, strict=True):
                edits += distance(text, labels.decode(row[:count]))
                characters += len(text)
    model.train()
    return edits / characters


def distance(a: str, b: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(b) + 1))
    for at, left in enumerate(a):
        before, row[0] = row[0], at + 1
        for to, right in enumerate(b):
            before, row[to + 1] = (
                row[to + 1],
                min(before + (left != right), row[to] + 1, row[to + 1] + 1),
            )
    return row[-1]


def train(arguments: argparse.Namespace) -> list[float]:
    """Train; the loss of every step."""
    torch.manual_seed(1)
    torch.set_num_threads(arguments.threads)
    text = arguments.corpus.read_text("utf-8") if arguments.corpus else NUMBERS
    labels = CTCLabels(sorted({" ", *"".join(text.split())}))
    held = lines_of(arguments, 2, labels)
    stream = LineStream(lines_of(arguments, 1, labels), arguments.batch, endless=True)
    loader = StatefulDataLoader(
        stream, batch_size=None, collate_fn=Pad(labels), num_workers=arguments.workers
    )
    model = Reader(len(labels), arguments.width)
    optimiser = torch.optim.AdamW(model.parameters(), lr=arguments.rate)
    losses: list[float] = []
    if arguments.save and arguments.save.is_file():
        saved = torch.load(arguments.save)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        loader.load_state_dict(saved["loader"])
        losses = saved["losses"]
        print(f"going on after step {len(losses)}")
    begun, first = time.perf_counter(), len(losses)
    for batch in islice(loader, arguments.steps - first):
        scores = model(batch.images).log_softmax(2)
        steps = batch.widths // STRIDE_PX
        loss = nn.functional.ctc_loss(
            scores, batch.labels, steps, batch.lengths, zero_infinity=True
        )
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimiser.step()
        losses.append(loss.item())
        if len(losses) % arguments.every == 0 or len(losses) == arguments.steps:
            rate = (len(losses) - first) * arguments.batch / (time.perf_counter() - begun)
            mean = sum(losses[-arguments.every :]) / len(losses[-arguments.every :])
            wrong = wrong_characters(model, held, labels)
            print(
                f"step {len(losses)}: loss {mean:.3f}, {wrong:.1%} of the characters of other "
                f"lines wrong, {rate:.0f} lines a second",
                flush=True,
            )
            if arguments.save:
                torch.save(
                    {
                        "model": model.state_dict(),
                        "optimiser": optimiser.state_dict(),
                        "loader": loader.state_dict(),
                        "losses": losses,
                    },
                    arguments.save,
                )
    return losses


def arguments_of(words: list[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bank", type=Path)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--width", type=int, default=16, help="channels of the first layer")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="of the model")
    parser.add_argument("--every", type=int, default=50, help="steps between reports")
    parser.add_argument("--save", type=Path)
    return parser.parse_args(words)


if __name__ == "__main__":
    train(arguments_of())
