"""PP-OCR's published recogniser, trained on with composed lines: plain PyTorch, on a CPU.

    pip install 'penline[torch]' onnx onnxruntime onnx2torch rapidocr
    python examples/finetune_ppocr.py PP-OCRv6_rec_small.onnx tuned.onnx \
        --bank hand.bank --corpus novel.txt --steps 200
    penline read page.dgrl --model PP-OCRv6_rec_small.onnx
    penline read page.dgrl --model tuned.onnx

The weights lie in rapidocr's package, under ``rapidocr/models``. They are turned into PyTorch's by
onnx2torch, trained with the loss of CTC, and put back into the same graph: the file that is written
has the characters, and whatever else the first one says of itself, and is used as it was.
"""

from __future__ import annotations

import argparse
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from onnx2torch import convert

import penline
from penline.stream import CTCLabels, LineStream, Pad

STRIDE_PX = 8
"""Pixels of a line for each step of the model's output."""


def opened(path: Path) -> Any:
    """Read the model; padding that the file leaves to whoever runs it is written out."""
    model = onnx.load(path)
    for node in model.graph.node:
        for one in list(node.attribute):
            if one.name == "auto_pad" and one.s == b"SAME_UPPER":
                sides = {a.name: list(a.ints) for a in node.attribute}
                if set(sides.get("strides", [1])) != {1}:
                    raise SystemExit(f"{path}: {node.name} is padded in a way not known here")
                more = [size - 1 for size in sides["kernel_shape"]]
                before = [size // 2 for size in more]
                after = [a - b for a, b in zip(more, before, strict=True)]
                node.attribute.remove(one)
                node.attribute.append(onnx.helper.make_attribute("pads", before + after))
    return model


def labels_of(model: Any) -> CTCLabels:
    """The classes: the characters that the file lists, and the space."""
    told = {one.key: one.value for one in model.metadata_props}
    return CTCLabels([*told["character"].split("\n"), " "])


def trainable(model: Any) -> torch.nn.Module:
    """The model in PyTorch, with all its numbers as parameters; statistics of batches stay."""
    network = convert(model)
    for name, constant in list(network.initializers.named_buffers()):
        if constant.is_floating_point() and constant.numel() > 1:
            delattr(network.initializers, name)
            network.initializers.register_parameter(name, torch.nn.Parameter(constant.clone()))
    return network.eval()


def places_of(model: Any, network: torch.nn.Module) -> dict[str, str]:
    """Which parameter is which of the file's arrays: found by what they hold before training."""
    arrays = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    found: dict[str, str] = {}
    for name, parameter in network.named_parameters():
        held = parameter.detach().numpy()
        same = (
            one
            for one, array in arrays.items()
            if one not in found.values() and array.shape == held.shape and (array == held).all()
        )
        found[name] = next(same)
    return found


def as_taken(images: torch.Tensor) -> torch.Tensor:
    """Lines as the model takes them: ``float32 (lines, 3, 48, width_px)`` from -1 to 1."""
    return (images.float() / 127.5 - 1).expand(-1, 3, -1, -1)


def train(network: torch.nn.Module, labels: CTCLabels, given: argparse.Namespace) -> None:
    """Train on composed lines; each is seen once."""
    recipe = {
        "version": 2,
        "writers": given.writers,
        "corpus": {"length_range": [5, 25], "nfkc": True, "made": {"random": given.random}},
        "image": {"height_px": given.height},
        "effects": "default",
    }
    lines = penline.Composer(
        recipe, given.bank, given.corpus, seed=given.seed, part="all", alphabet=labels.alphabet
    )
    stream = LineStream(lines, given.batch, endless=True, window=32)
    pad = Pad(labels)
    optimiser = torch.optim.AdamW(network.parameters(), lr=given.rate, weight_decay=0)
    losses: list[float] = []
    begun = time.perf_counter()
    for batch in map(pad, islice(stream, given.steps)):
        left = 1 - len(losses) / given.steps
        for group in optimiser.param_groups:
            group["lr"] = given.rate * min(left, (len(losses) + 1) / 20)
        chances = network(as_taken(batch.images)).clamp(min=1e-9).log().transpose(0, 1)
        steps = (batch.widths // STRIDE_PX).clamp(max=len(chances))
        loss = torch.nn.functional.ctc_loss(
            chances, batch.labels, steps, batch.lengths, zero_infinity=True
        )
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimiser.step()
        losses.append(loss.item())
        if len(losses) % 10 == 0:
            pace = (time.perf_counter() - begun) / len(losses)
            print(f"step {len(losses)}: loss {np.mean(losses[-10:]):.3f}, {pace:.1f} s", flush=True)


def written(model: Any, network: torch.nn.Module, places: dict[str, str], out: Path) -> None:
    """Put the parameters back into the file's graph, and see that it gives what PyTorch gives."""
    arrays = {one.name: one for one in model.graph.initializer}
    for name, parameter in network.named_parameters():
        array = numpy_helper.from_array(parameter.detach().numpy(), places[name])
        arrays[places[name]].CopyFrom(array)
    onnx.save(model, out)
    session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    height = session.get_inputs()[0].shape[2]
    looked = np.random.default_rng(0).uniform(-1, 1, (1, 3, height, 320)).astype(np.float32)
    with torch.no_grad():
        wanted = network(torch.from_numpy(looked)).numpy()
    (found,) = session.run(None, {session.get_inputs()[0].name: looked})
    if abs(found - wanted).max() > 1e-3:
        raise SystemExit(f"{out} does not give what was trained")


def main() -> None:
    """Read the weights, train, and write them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--bank", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--writers", default="one", help="one a line, or mixed")
    parser.add_argument("--random", type=float, default=0.5, help="share of lines without sense")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--height", type=int, default=48)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    model = opened(given.weights)
    network = trainable(model)
    places = places_of(model, network)
    train(network, labels_of(model), given)
    written(model, network, places, given.out)


if __name__ == "__main__":
    main()
