"""The package in `foreign_package`, as pip would leave it: its modules, and its metadata beside."""

from __future__ import annotations

import tomllib
from pathlib import Path

__all__ = ["HERE", "install"]

HERE = Path(__file__).parent / "foreign_package"


def install(folder: Path, version: str | None = None) -> list[str]:
    """Write the package's metadata into a folder; both belong on Python's path.

    Args:
        folder: any.
        version: another one than the package says of itself.
    """
    told = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    version = version or told["version"]
    info = folder / f"{told['name'].replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {told['name']}\nVersion: {version}\n"
    )
    lines = []
    for group, rows in told["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {place}" for name, place in rows.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return [str(folder), str(HERE)]
