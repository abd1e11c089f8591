"""The command line does not spend its time on looking for garbage."""

from __future__ import annotations

import subprocess
import sys

TOLD = """
import gc, sys
from penline.cli import main
early = gc.get_threshold()[0]
sys.argv = ["penline", *sys.argv[1:]]
try:
    main()
finally:
    print(early, gc.get_freeze_count() > 10_000, file=sys.stderr)
"""


def test_the_command_line_looks_seldom_and_not_at_its_end() -> None:
    for arguments, code in ((["--version"], 0), (["nonsense"], 2)):
        done = subprocess.run(
            [sys.executable, "-c", TOLD, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == code
        assert done.stderr.split()[-2:] == ["20000", "True"]
