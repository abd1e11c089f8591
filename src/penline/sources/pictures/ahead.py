"""Files read before their turn, by one thread, as long as that is quick.

Reading a small file that lies in memory is a handful of short calls, at each of which another
thread may take over: two that read get in each other's way, and take twice as long as one. From
slow storage several read at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from penline.records import LeftOut
from penline.sources.pictures.decode import PictureBytes
from penline.sources.pictures.files import PictureFile
from penline.sources.pictures.labelled import Labelled, Opening

__all__ = ["BYTES_HELD", "opened", "read_ahead"]

BYTES_HELD = 1 << 26
"""Of one lot so many are held, and a file more."""
_QUICK_SECONDS = 1e-4
"""So long a file may take."""
_TRIED_AGAIN = 16
"""Each so many lots it is seen whether reading is quick by now."""


def opened(picture: Opening) -> Opening:
    """Read the file of a picture, where it is one."""
    return picture.opened() if isinstance(picture, PictureFile) else picture


def read_ahead(
    lots: Iterable[list[Labelled | LeftOut]],
) -> Iterator[tuple[list[Labelled | LeftOut], Sequence[Opening]]]:
    """Yield lots of pictures with what was read of them, from the first on: all, some or nothing.

    What stands for a picture that is left out means nothing.
    """
    quick = True
    for number, some in enumerate(lots):
        read: list[Opening] = []
        if quick or number % _TRIED_AGAIN == 0:
            held_bytes, begun = 0, time.perf_counter()
            for one in some:
                read.append(_NOTHING if isinstance(one, LeftOut) else opened(one.picture))
                held_bytes += len(read[-1].data) if isinstance(read[-1], PictureBytes) else 0
                if held_bytes > BYTES_HELD:
                    break
            quick = time.perf_counter() - begun < _QUICK_SECONDS * len(some)
        yield some, read


_NOTHING = PictureBytes(b"", "")
