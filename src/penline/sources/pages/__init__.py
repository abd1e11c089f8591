"""Pages that people transcribed, and their lines cut out of their pictures."""

from __future__ import annotations

__all__: list[str] = []
