"""A lock keeps a second process out, lets it in afterwards, and leaves no file behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from penline.errors import UsageError
from penline.lock import locked

OTHER = """
import sys
from pathlib import Path
from penline.lock import locked
with locked(Path(sys.argv[1]), "it", float(sys.argv[2])):
    print("in", flush=True)
    sys.stdin.readline()
"""


def other(path: Path, wait: float) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", OTHER, str(path), str(wait)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holder = other(path, 0)
    assert holder.stdout.readline() == "in\n"
    with pytest.raises(UsageError, match="in use"), locked(path, "it"):
        pass
    waiting = other(path, 60)
    holder.communicate("go\n", timeout=60)
    assert waiting.stdout.readline() == "in\n"
    with pytest.raises(UsageError, match="in use"), locked(path, "it"):
        pass
    waiting.communicate("go\n", timeout=60)
    with locked(path, "it"):
        assert path.exists()
    assert not path.exists()


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holder = other(path, 0)
    assert holder.stdout.readline() == "in\n"
    holder.kill()
    holder.communicate(timeout=60)
    with locked(path, "it"):
        pass


def test_an_error_inside_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with pytest.raises(RuntimeError), locked(path, "it"):
        raise RuntimeError
    with locked(path, "it"):
        pass
