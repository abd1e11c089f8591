"""Which lines of a text some one writer can write whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.bank.bits import Bits
from penline.compiled import compiled

__all__ = ["WritableLines"]

_CODE_POINTS = 0x110000


@compiled
def _writable(
    codes: Any, starts: Any, ends: Any, row_of: Any, rows: Any, among: Any, out: Any
) -> None:
    words = among.shape[0]
    for i in range(starts.shape[0]):
        coverable = False
        for word in range(words):
            eligible = among[word]
            for at in range(starts[i], ends[i]):
                eligible &= rows[row_of[codes[at]], word]
                if eligible == 0:
                    break
            if eligible:
                coverable = True
                break
        out[i] = coverable


class WritableLines:
    """A set's coverage as a table by code point, for many lines at once.

    Args:
        banks: the banks, and the ways to spell a character.
        among: the writers that count.
    """

    def __init__(self, banks: BankSet, among: Bits) -> None:
        self._banks, self._among = banks, among
        self._row_of = np.full(_CODE_POINTS, -1, np.int64)
        self._rows: list[Bits] = []

    def __call__(
        self,
        codes: npt.NDArray[np.uint32],
        starts: npt.NDArray[np.int64],
        ends: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.bool_]:
        """``bool (lines,)``: which lines one of the writers can write.

        Args:
            codes: ``uint32 (characters,)`` code points.
            starts: ``int64 (lines,)``: where each line begins.
            ends: ``int64 (lines,)``: just past its end.
        """
        present = np.unique(codes)
        for code in present[self._row_of[present] < 0].tolist():
            self._row_of[code] = len(self._rows)
            self._rows.append(self._banks.coverage(chr(code)))
        out = np.zeros(starts.size, np.bool_)
        _writable(codes, starts, ends, self._row_of, np.array(self._rows), self._among, out)
        whole = codes.astype("<u4", copy=False).tobytes().decode("utf-32-le")
        if self._banks.cutter.may_part(whole):
            for line, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
                entries = self._banks.cut(whole[start:end])
                if not isinstance(entries, str):
                    able = self._banks.writers_covering(entries, self._among)
                    out[line] = self._banks.count(able) > 0
        return out
