"""A recipe's papers and effects, compiled ahead: beside lines' own kernels, for all workers.

Workers find in the cache what was compiled before they start; else each would compile it again.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np

from penline.compiled import kept_here
from penline.effects import effect_apply
from penline.errors import PenlineError
from penline.paper import Guide, paper_apply
from penline.randomness import rng
from penline.recipe.schema import Recipe

__all__ = ["compile_parts", "compiling_beside"]

_TRIES = 16
"""So many draws of each paper and effect come by all their kernels."""
_known = 0


def compile_parts(recipe: Recipe) -> None:
    """Compile what the papers and effects of a recipe call, by calling it on small pictures."""
    height = recipe.image.height_px
    guide = Guide(height, 4 * height, 0.8 * height, 0.7 * height, 0.0, 0.8 * height, 5, 0.0)
    for number in range(_TRIES):
        draws = rng(0, number, "warm")
        for choice in recipe.papers:
            params = choice.paper.sample_params(draws, guide)
            image = paper_apply(choice.paper.name)(guide, recipe.image.mode, **params)
            quads = np.zeros((1, 4, 2))
            for effect in recipe.effects:
                drawn = effect.sample_params(draws, image.shape[:2])
                image, quads = effect_apply(effect.name)(image, quads, **drawn)


@contextmanager
def compiling_beside(recipe: Recipe, workers: int) -> Iterator[None]:
    """Compile kernels of papers and effects while the block compiles those of lines.

    It is done by another process, and only where the cache was found empty, and there will be
    workers to use it; they are ready when the block ends.
    """
    global _known
    helper = None
    if workers > 1 and kept_here() > _known and sys.executable and not hasattr(sys, "frozen"):
        command = [sys.executable, "-P", "-m", "penline.compose.warm"]
        quiet = subprocess.DEVNULL
        with suppress(OSError):
            helper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
    try:
        if helper is not None and helper.stdin is not None:
            with suppress(OSError), helper.stdin as told:
                told.write(recipe.model_dump_json().encode())
        yield
        if helper is not None:
            helper.wait()
        elif workers > 1 and kept_here() > _known:
            with suppress(PenlineError, OSError):  # a paper that cannot be made is told by its line
                compile_parts(recipe)
        _known = kept_here()
    finally:
        if helper is not None:
            helper.kill()
            helper.wait()


if __name__ == "__main__":
    compile_parts(Recipe.model_validate_json(sys.stdin.buffer.read()))
