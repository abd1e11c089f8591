"""Five samples of each golden recipe, and a small set in every format, as they are held right."""

from __future__ import annotations

import golden_lines


def test_golden_lines():
    with_versions, golden = golden_lines.recorded()
    same = with_versions == golden_lines.libraries()
    made = list(golden_lines.made_now(5))
    assert len(made) >= 300
    wrong = [row for row, own, _ in made if golden[row][0] != own]
    assert not wrong, "lines change: see tools/golden_lines.py"
    assert not same or [row for row, _, encoded in made if golden[row][1] != encoded] == []


def test_a_changed_pixel_or_box_or_label_shows():
    hashed = golden_lines.digest
    assert hashed(b"ab", b"c") != hashed(b"a", b"bc")
    assert hashed(b"ab") == hashed(b"ab") != hashed(b"ac")
