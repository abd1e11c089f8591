"""One thing to do about a text that banks cannot write whole."""

from __future__ import annotations

from typing import Any

__all__ = ["advice"]

_ENOUGH = 0.01
"""A share of the lines that is not worth a change of the recipe."""
_NAMED = 10


def advice(lines: int, missing: str, policies: dict[str, int], lacks: list[dict[str, Any]]) -> str:
    """One thing to do; of settings the first that brings nearly all that any one brings."""
    now = policies[missing]
    gains = {name: policies.get(name, 0) - now for name in ("nfkc", "near-writer", "drop-char")}
    best = max(gains.values())
    if lines - now < _ENOUGH * lines:
        return "nothing to do: nearly every line can be written"
    if best < _ENOUGH * lines:
        named = "".join(row["character"] for row in lacks[:_NAMED])
        return f"add glyphs of {named}: no setting of the recipe helps, and these cost most lines"
    name = next(name for name, gain in gains.items() if gain >= 0.9 * best)
    setting = "nfkc: true" if name == "nfkc" else f"missing: {name}"
    share = policies[name] / lines
    return f"set corpus: {{{setting}}} in the recipe: {share:.1%} of the lines could be written"
