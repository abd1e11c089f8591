"""Make the hands of the embedded sample: real ones, chosen from UNIPEN's strokes.

    python tools/make_hands.py train_r01_v07.zip

Writes `src/penline/sample/hands/hands.zip` and the notice beside it. The same archive gives the
same bytes. Takes some minutes. Glyphs and people of `tools/hands/refused.txt` are left out.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping
from pathlib import Path

from hands.choosing import MOST_LACKING, Refused, chosen_glyphs, lacking, person_digest
from hands.likeness import likeness, usual_heights
from hands.notice import notice
from hands.reading import REQUIRED, Person, people
from sample.archive import write_archive

ROOT = Path(__file__).resolve().parents[1]
REFUSED = Path(__file__).parent / "hands" / "refused.txt"

Hand = dict[str, list[bytes]]


def hands_of(everybody: Mapping[str, Person], moved: frozenset[str]) -> list[Hand]:
    """Choose hands, and give them an order that tells nothing of people: that of a hash of them.

    Args:
        everybody: by name.
        moved: names of those of whom no sign is taken that is not asked for: many of theirs are
            parts of themselves, or brackets of another kind.
    """
    refused = Refused.load(REFUSED)
    chosen = frozenset(
        name
        for name, person in everybody.items()
        if len(lacking(person)) <= MOST_LACKING and person_digest(person) not in refused.people
    )
    alike, usual = likeness(everybody, chosen), usual_heights(everybody)
    found = []
    for name in sorted(chosen):
        own = everybody[name]
        if name in moved:
            own = {one: glyphs for one, glyphs in own.items() if one in REQUIRED}
        found.append(chosen_glyphs(name, own, alike, usual, refused))
    kept = [hand for hand in found if len(lacking(hand)) <= MOST_LACKING]
    return sorted(kept, key=lambda hand: hashlib.blake2b(bytes_of(hand)).digest())


def bytes_of(hand: Hand) -> bytes:
    """Return a hand as a POT file."""
    return b"".join(record for records in hand.values() for record in records)


def write(hands: list[Hand], out: Path) -> None:
    """Write the archive of hands, and the notice that goes with it."""
    named = {f"{number:03d}": hand for number, hand in enumerate(hands, 1)}
    out.mkdir(exist_ok=True)
    members = {f"penline-hand-{number}.pot": bytes_of(hand) for number, hand in named.items()}
    write_archive(out / "hands.zip", members)
    text = notice(
        {number: lacking(hand) for number, hand in named.items()}, len(Refused.load(REFUSED).people)
    )
    (out / "NOTICE.md").write_text(text, "utf-8", newline="\n")
    glyphs = sum(len(records) for hand in hands for records in hand.values())
    size = (out / "hands.zip").stat().st_size
    print(f"{len(hands)} hands, {glyphs:,} glyphs, {size:,} bytes")


def main() -> None:
    """Read the archive, choose, and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("archive", type=Path, help="train_r01_v07.zip")
    parser.add_argument("--out", type=Path, default=ROOT / "src/penline/sample/hands")
    options = parser.parse_args()
    write(hands_of(*people(options.archive)), options.out)


if __name__ == "__main__":
    main()
