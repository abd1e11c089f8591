"""How often a line bears marks: the settings of a recipe's ``marks``."""

from __future__ import annotations

import functools

from penline.settings import Settings, Share

__all__ = ["Marks"]


class Marks(Settings):
    """How often a line bears each mark; none by default."""

    strike: Share = 0.0
    """A slip of the pen, struck out: a character too many, crossed by one or two lines. The label
    and the boxes leave it out: they say what the line says."""
    underline: Share = 0.0
    """A line under a few characters. The label does not tell of it."""
    fade: Share = 0.0
    """A pen that runs dry towards the line's end. The label stays whole: all can still be read."""
    blot: Share = 0.0
    """Drops of ink on the strokes. The label stays whole."""
    bleed: Share = 0.0
    """Writing that shines through from the other side, mirrored and faint. The label does not tell
    of it."""

    @functools.cached_property
    def any(self) -> bool:
        """Whether there is any mark at all."""
        return any((self.strike, self.underline, self.fade, self.blot, self.bleed))
