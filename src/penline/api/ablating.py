"""The files of an ablation and of readings: pages, and the model as ONNX."""

from __future__ import annotations

import os
from pathlib import Path

from penline.ablate.models import write_onnx
from penline.ablate.reading import Readings
from penline.ablate.running import Ablation
from penline.export.run import put
from penline.look.ablation import ablation_page, readings_page
from penline.look.realism import page_name

__all__ = ["ablation_files", "readings_file"]


def ablation_files(found: Ablation, *, onnx: bool = False) -> Path:
    """Write the page of an ablation into its folder, and the best weights as ONNX.

    Args:
        found: what `ablate` gave.
        onnx: write ``model.onnx``, too.

    Returns:
        The page, ``ablation.html``.

    Raises:
        MissingExtra: onnx is asked for, and not installed.
    """
    path = found.out / "ablation.html"
    worst = [(line.image, line.text, read) for line, read in found.worst]
    put(path, ablation_page(found.results, worst))
    if onnx:
        write_onnx(found.out, found.out / "model.onnx")
    return path


def readings_file(
    found: Readings | None, out: str | os.PathLike[str], *, overwrite: bool = False
) -> None:
    """Write the page of readings; of None, see that its name may be taken.

    Raises:
        UsageError: the name is not that of an HTML file, or is taken and `overwrite` is false.
    """
    path = Path(out)
    page_name(path, overwrite=overwrite)
    if found is not None:
        worst = [
            (found.lines[at].image, found.lines[at].text, found.texts[at]) for at in found.worst
        ]
        put(path, readings_page(found.results, worst, "Readings"))
