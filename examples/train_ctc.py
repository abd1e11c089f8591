"""A recogniser trained on lines that are composed while it trains: plain PyTorch, CTC, on a CPU.

    pip install 'penline[torch]' torchdata
    python examples/train_ctc.py                     # numbers in the sample's hands, minutes
    python examples/train_ctc.py --bank my.bank --corpus novel.txt --workers 8

No line comes twice before a million others have. With ``--save run.pt`` it keeps the model, the
optimiser and the place in the stream there, and goes on from them when it is started again. The
model is the small one of `penline ablate`, and the sample is fonts in disguise: this shows how the
pieces go together, not how well handwriting can be read.
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
from penline.ablate.crnn import SmallCRNN
from penline.ablate.scores import edits_of, rate
from penline.sample import corpus_files
from penline.stream import CTCLabels, LineStream, Pad

NUMBERS = "0123456789,.%-"


def lines_of(arguments: argparse.Namespace, seed: int, labels: CTCLabels) -> penline.Composer:
    """Short lines in black on plain paper, of characters that the model knows."""
    recipe = {
        "corpus": {"length_range": [3, 8], "made": {} if arguments.corpus else {"number": 1.0}},
        "image": {"height_px": SmallCRNN.height_px},
        "papers": ["plain"],
    }
    bank = arguments.bank or penline.sample_bank()
    corpus = arguments.corpus or corpus_files()
    return penline.Composer(recipe, bank, corpus, seed=seed, alphabet=labels.alphabet)


def wrong_characters(model: nn.Module, lines: penline.Composer, labels: CTCLabels) -> float:
    """Share of the characters of 128 other lines that come out wrong, by edit distance."""
    texts, read = [], []
    model.eval()
    with torch.no_grad():
        for batch in map(Pad(), LineStream(lines[:128], 32)):
            best = model(batch.images).argmax(2).T
            steps = (batch.widths // SmallCRNN.stride_px).tolist()
            texts += batch.texts
            read += [labels.decode(row[:n]) for row, n in zip(best.tolist(), steps, strict=True)]
    model.train()
    return rate(edits_of(texts, read).characters)


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
    model = SmallCRNN.build(len(labels))
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
        steps = batch.widths // SmallCRNN.stride_px
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
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="of the model")
    parser.add_argument("--every", type=int, default=50, help="steps between reports")
    parser.add_argument("--save", type=Path)
    return parser.parse_args(words)


if __name__ == "__main__":
    train(arguments_of())
