"""One target under atheris: `python -m fuzz.run_atheris TARGET [libFuzzer's options and folders]`.

Needs the extra `fuzz`. Half of the inputs come from libFuzzer's own mutations, half from bends.
"""

from __future__ import annotations

import os
import random
import sys

import atheris

# instrumented functions cannot be compiled; they run as plain Python
os.environ["NUMBA_DISABLE_JIT"] = "1"

with atheris.instrument_imports(include=["penline"], enable_loader_override=False):
    from fuzz.targets import TARGETS
    from penline.formats import READERS, reader_for

    for _kind in READERS:
        reader_for(_kind)

from fuzz.limits import confine
from fuzz.mutate import BEND_BYTES, bend_of, bent

__all__ = ["main"]


def main() -> None:
    """Fuzz until the time is over or something is found."""
    target = TARGETS[sys.argv.pop(1)]
    seeds = target.seeds()

    def one(content: bytes) -> None:
        target.check(content)

    def mutated(content: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.5:
            content = bytes(atheris.Mutate(content, most))
        else:
            bends = [bend_of(chance.randbytes(BEND_BYTES)) for _ in range(chance.randrange(1, 4))]
            content = bent(content, bends, target.places, seeds, target.words)
        if target.repair and chance.random() < 0.75:
            content = target.repair(content)
        return content[:most]

    atheris.Setup(sys.argv, one, custom_mutator=mutated)
    confine()
    atheris.Fuzz()


if __name__ == "__main__":
    main()
