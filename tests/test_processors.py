"""Pixels come out the same on another processor.

A second process is told to see an older processor: numba compiles for a generic one, NumPy, OpenCV
and the C library leave their vector code out. A control shows that this does change results of the
calls that penline avoids.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

OLDER = {
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_CPU_FEATURES": "",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL",
    "OPENCV_CPU_DISABLE": "AVX512-SKX,AVX2,AVX,FP16,SSE4.2,SSE4.1,SSSE3",
    "OPENCV_IPP": "disabled",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F",
}

PROGRAM = """
import hashlib, json, math, sys
import cv2, numpy as np
from penline.export.base import Options, encode
from penline.randomness import rng
from penline.compose import Composer
from penline.render.pen import sample_pen
from penline.render.strokes import render_strokes

bank, corpus = sys.argv[1:3]
found = {}
for mode in ("gray", "rgb"):
    recipe = {
        "corpus": {"length_range": [4, 12]},
        "image": {"mode": mode},
        "papers": ["plain", "ruled", "squared", "texture"],
        "effects": "default",
    }
    digest = hashlib.blake2b()
    for sample in Composer(recipe, bank, corpus, seed=5)[:40]:
        digest.update(encode(sample.image, Options()) + sample.image.tobytes())
        digest.update(sample.quads.tobytes() + repr(sample.drawn).encode() + sample.text.encode())
    found[mode] = digest.hexdigest()
digest = hashlib.blake2b()
for index in range(30):
    draws = rng(3, index, "strokes")
    points = np.array([[draws.below(2000), draws.below(2000)] for _ in range(12)], np.float32)
    pen = sample_pen(draws)
    digest.update(render_strokes([points[:7], points[7:]], 20.0, pen, draws).tobytes())
found["strokes"] = digest.hexdigest()

x = np.random.default_rng(0).random(100_000)
image = (x[:40_000].reshape(200, 200) * 255).astype(np.uint8)
turn = np.array([[0.99, 0.04, 1.3], [-0.04, 0.99, 2.7]])
found["control"] = hashlib.blake2b(
    np.exp(x).tobytes()
    + cv2.warpAffine(image, turn, (200, 200)).tobytes()
    + b"".join(np.float64(math.sin(v)).tobytes() for v in x[:20_000])
).hexdigest()
print(json.dumps(found))
"""


def hashes(bank: Path, corpus: Path, more: dict[str, str]) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(bank), str(corpus)],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64") or sys.platform != "linux",
    reason="the switches that hide a processor's features are those of x86-64 Linux",
)
def test_an_older_processor_gives_the_same_pixels(small_bank, corpus_file: Path) -> None:
    here = hashes(small_bank.path, corpus_file, {})
    there = hashes(small_bank.path, corpus_file, OLDER)
    if here["control"] == there["control"]:
        pytest.skip("this processor has none of the features that were hidden")
    for name in ("gray", "rgb", "strokes"):
        assert here[name] == there[name], name
