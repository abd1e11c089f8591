"""A TrOCR-like model trained on a set of lines through `datasets` and `transformers`.

    penline compose -n 2000 --val 0.05 --to parquet -o lines
    pip install torch transformers datasets pillow
    python examples/train_trocr.py lines                 # a tiny model made here, offline
    python examples/train_trocr.py lines --model microsoft/trocr-small-handwritten

Without ``--model`` nothing is loaded: a tiny vision encoder and text decoder are made from their
configurations, and the characters of the set are the vocabulary. This shows how the pieces go
together; a model that is to read needs published weights, or a long training.
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np
import torch
from datasets import load_dataset
from transformers import (
    TrOCRConfig,
    TrOCRForCausalLM,
    TrOCRProcessor,
    VisionEncoderDecoderConfig,
    VisionEncoderDecoderModel,
    ViTConfig,
    ViTModel,
)

PAD, START, END = 0, 1, 2
SIDE_PX, PATCH_PX = 64, 16


class Tiny:
    """A model of one layer each, and the set's own characters as its tokens."""

    def __init__(self, texts: list[str], longest: int) -> None:
        self.numbers = {one: at + 3 for at, one in enumerate(sorted(set("".join(texts))))}
        self.longest = longest
        small = {"num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 32}
        look = ViTConfig(image_size=SIDE_PX, patch_size=PATCH_PX, intermediate_size=64, **small)
        say = TrOCRConfig(
            vocab_size=len(self.numbers) + 3,
            d_model=32,
            decoder_layers=1,
            decoder_attention_heads=2,
            decoder_ffn_dim=64,
            max_position_embeddings=longest + 4,
            cross_attention_hidden_size=32,
            pad_token_id=PAD,
            bos_token_id=START,
            eos_token_id=END,
            decoder_start_token_id=START,
        )
        self.model = VisionEncoderDecoderModel(
            config=VisionEncoderDecoderConfig.from_encoder_decoder_configs(look, say),
            encoder=ViTModel(look, add_pooling_layer=False),
            decoder=TrOCRForCausalLM(say),
        )
        self.model.config.pad_token_id = PAD
        self.model.config.decoder_start_token_id = START

    def pixels(self, images: list) -> torch.Tensor:
        """``float32 (lines, 3, side, side)``, from -1 to 1."""
        arrays = [np.asarray(image.convert("RGB")) for image in images]
        small = [
            cv2.resize(one, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA) for one in arrays
        ]
        return torch.tensor(np.array(small)).permute(0, 3, 1, 2).float() / 127.5 - 1

    def labels(self, texts: list[str]) -> torch.Tensor:
        """``int64 (lines, longest + 1)``; -100 where nothing is asked."""
        rows = torch.full((len(texts), self.longest + 1), -100)
        for row, text in zip(rows, texts, strict=True):
            coded = [*(self.numbers[one] for one in text[: self.longest]), END]
            row[: len(coded)] = torch.tensor(coded)
        return rows


class Published:
    """A model and its processor by name."""

    def __init__(self, name: str, longest: int) -> None:
        self.processor = TrOCRProcessor.from_pretrained(name)
        self.model = VisionEncoderDecoderModel.from_pretrained(name)
        self.longest = longest
        tokens = self.processor.tokenizer
        self.model.config.decoder_start_token_id = tokens.cls_token_id
        self.model.config.pad_token_id = tokens.pad_token_id

    def pixels(self, images: list) -> torch.Tensor:
        """What the processor makes of the images."""
        images = [image.convert("RGB") for image in images]
        return self.processor(images=images, return_tensors="pt").pixel_values

    def labels(self, texts: list[str]) -> torch.Tensor:
        """What the tokenizer makes of the texts; -100 where nothing is asked."""
        tokens = self.processor.tokenizer
        padded = {"padding": "max_length", "max_length": self.longest, "truncation": True}
        rows = tokens(texts, return_tensors="pt", **padded).input_ids
        return rows.masked_fill(rows == tokens.pad_token_id, -100)


def main(words: list[str] | None = None) -> list[float]:
    """Train; the loss of every step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lines", help="the folder of `penline compose --to parquet`")
    parser.add_argument("--model")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--batch", type=int, default=16)
    arguments = parser.parse_args(words)
    torch.manual_seed(1)
    rows = load_dataset(arguments.lines, split="train")
    texts = list(rows["text"])
    kind = Published(arguments.model, 64) if arguments.model else Tiny(texts, max(map(len, texts)))
    optimiser = torch.optim.AdamW(kind.model.parameters(), lr=5e-5 if arguments.model else 3e-3)
    kind.model.train()
    losses: list[float] = []
    order = np.random.default_rng(1)
    for step in range(1, arguments.steps + 1):
        some = rows[order.integers(0, len(rows), arguments.batch).tolist()]
        found = kind.model(
            pixel_values=kind.pixels(some["image"]), labels=kind.labels(some["text"])
        )
        optimiser.zero_grad()
        found.loss.backward()
        optimiser.step()
        losses.append(found.loss.item())
        if step % 10 == 0 or step == arguments.steps:
            print(f"step {step}: loss {losses[-1]:.3f}")
    return losses


if __name__ == "__main__":
    main()
