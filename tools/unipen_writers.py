"""Make the table of UNIPEN's writers: a salted hash for each id, and no id.

python tools/unipen_writers.py train_r01_v07.zip

Numbers that are there keep their writers; new ones come after them.
"""

from __future__ import annotations

import re
import secrets
import sys
import zipfile
from pathlib import Path

from penline.sources.unipen.writers import hash_of, person_of

TABLE = Path(__file__).parents[1] / "src/penline/sources/unipen/writers.txt"
STROKES = re.compile(r"(?:.*/)?include/([a-z]{3})/data/.*\.dat")
WRITER = re.compile(rb"^\.WRITER_ID[ \t]*(.*)$", re.MULTILINE)


def people(archive: Path) -> set[str]:
    """Return what stands for each writer of an archive."""
    found = set()
    with zipfile.ZipFile(archive) as members:
        for member in members.namelist():
            strokes = STROKES.fullmatch(member)
            if strokes:
                for name in WRITER.findall(members.read(member)):
                    found.add(person_of(strokes[1], " ".join(name.decode("latin-1").split())))
    return found - {""}


def main() -> None:
    """Add the writers of an archive to the table."""
    lines = TABLE.read_text("ascii").split() if TABLE.exists() else [secrets.token_hex(16)]
    salt, known = lines[0], lines[1:]
    new = {hash_of(person, salt) for person in people(Path(sys.argv[1]))} - set(known)
    TABLE.write_text("\n".join([salt, *known, *sorted(new)]) + "\n", "ascii", newline="\n")
    print(f"{len(known) + len(new)} writers, {len(new)} of them new")


if __name__ == "__main__":
    main()
