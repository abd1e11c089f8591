"""What the commands print of what they found and made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from penline.console import out
from penline.words import counted

if TYPE_CHECKING:
    from penline.api import FileFacts
    from penline.census import Census, Figure
    from penline.realism import Realism
    from penline.sources.understood import Understood

__all__ = [
    "KNOWN_BY",
    "print_census",
    "print_columns",
    "print_facts",
    "print_realism",
    "print_sources",
    "print_text",
    "print_understood",
    "simulated_part",
]

_MOST_SHOWN = 20
KNOWN_BY = {"name": "by its name", "user": "as the user said"}


def print_text(report: Mapping[str, Any]) -> None:
    """Print what of the text of a set was not used, where there is any: from its report."""
    text, sides = report["text"], report["text"]["lines"].values()
    if text["ignored_files"]:
        more = text["ignored_files"] > len(text["ignored"])
        names = ", ".join([*text["ignored"], *(["..."] if more else [])])
        out.print(
            f"  other files in the folders, not read: {text['ignored_files']:,} ({escape(names)})"
        )
    if text["dropped_characters"]:
        most = sorted(text["dropped"].items(), key=lambda item: (-item[1], item[0]))[:3]
        named = ", ".join(f"{name} {count:,}" for name, count in most)
        count = text["dropped_characters"]
        out.print(f"  characters without ink dropped from the text: {count:,} (most: {named})")
    if "pages" not in report:  # pages take paragraphs of any length
        for what, why in (("too_short", "are too short"), ("uncuttable", "cannot be cut")):
            count = sum(side[what] for side in sides)
            if count:
                out.print(f"  paragraphs that give no line, for they {why}: {count:,}")
    if text.get("left_to_training"):
        out.print(
            "  characters of the text for validation left to training, which has them, too: "
            f"{text['left_to_training']:,}"
        )


def print_facts(one: FileFacts) -> None:
    """Print what one file is."""
    out.print(f"[bold]{escape(one.file)}[/bold]: {one.kind}", end="")
    known = KNOWN_BY.get(one.known_by, one.known_by)
    out.print(f" ({escape(one.card)}, {known})" if one.card else "")
    noun = {"bank": "glyph", "data": "line"}.get(one.kind.partition(" ")[0], "record")
    noun = "line" if one.pages or (one.understood is not None and one.understood.of_lines) else noun
    pages = f"{counted(one.pages, 'page')}, " if one.pages else ""
    what = f"{pages}{counted(one.records, noun)}, {counted(one.characters, 'character')}"
    out.print(f"  {what}", end="")
    parts = ", ".join(f"{name or 'part not known'} {n:,}" for name, n in one.parts.items())
    out.print(f"; {escape(parts)}")
    most = sorted(one.writers.items(), key=lambda item: (-item[1], item[0]))
    for writer, count in most[:20]:
        out.print(f"  {escape(writer)}: {count:,}{_style(one.styles.get(writer))}")
    if len(most) > 20:
        out.print(f"  and {counted(len(most) - 20, 'more writer')}")
    if one.note:
        out.print(f"  [cyan]note[/cyan] {escape(one.note)}")
    if one.understood is not None:
        print_understood(one.understood)
    for reason, times in sorted(one.left_out.items()):
        out.print(f"  left out: {times:,} ({escape(reason)})")
    for defect in one.defects:
        out.print(f"  [red]defect[/red] {escape(str(defect))}")
    if one.defect_count > len(one.defects):
        out.print(f"  and {counted(one.defect_count - len(one.defects), 'more defect')}")


def print_understood(one: Understood, *, whole: bool = True) -> None:
    """Print how a collection was understood.

    Args:
        one: how it was.
        whole: with examples, and the commands that make a bank of it, or show it.
    """
    out.print(f"  understood as: {escape(one.line())}")
    if one.ink:
        out.print(f"  ink: {escape(one.ink)}")
    for doubt in one.doubts:
        out.print(f"  [yellow]doubt[/yellow] {escape(doubt)}")
    for example in one.examples if whole else ():
        writer = f", writer {example.writer}" if example.writer else ""
        label = example.label or "no label"
        found = f", {example.cut}" if example.cut else f", {example.ink_percent:g} % ink"
        out.print(f"    {escape(f'{example.file}: {label}{writer}{found}')}")
    if whole:
        what = "training set" if one.of_lines else "bank"
        out.print(f"  a {what} of it: {escape(one.command)}")
    if whole and one.look:
        out.print(f"  to look at it: {escape(one.look)}")


def print_sources(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print the terms of what a set or a bank is made of, and how it is known that they hold."""
    for row in rows:
        known = {"name": " (by its files' names)", "user": " (as the user said)"}
        by = known.get(row.get("known_by", ""), "")
        out.print(f"  {escape(row['title'])}{by}: {escape(row['licence'])}")


def _style(figures: Mapping[str, float | None] | None) -> str:
    """What a bank knows of a writer's hand."""
    if not figures:
        return ""
    told = f"; em {figures['em_px']:g} px, strokes {figures['pen_px']:g} px"
    told += f", ink {figures['level']:g}"
    for name, words in (("slant", "slant"), ("aspect", "width by height")):
        value = figures[name]
        told += "" if value is None else f", {words} {value:.2f}"
    return told


def print_columns(report: Mapping[str, Any]) -> None:
    """Say how many lines of a report need more columns than PaddleOCR's networks have."""
    found = report.get("columns", {})
    if found.get("lines_over"):
        out.print(
            f"  {counted(found['lines_over'], 'line')} beyond the {found['columns']} columns that "
            "PaddleOCR's stock networks have in training, which learn nothing from such: "
            "paddleocr_rec.yml says what to change"
        )


def print_census(found: Census) -> None:
    """Print what a census found: archives, figures, findings, notes, a verdict."""
    for shelf in found.shelves:
        needed = len(shelf.here) + len(shelf.missing)
        if not needed:
            out.print(f"{escape(shelf.id)}: {escape(shelf.advice)}")
            continue
        out.print(f"{escape(shelf.id)}: {len(shelf.here)} of {counted(needed, 'file')} in ", end="")
        out.print(escape(str(shelf.folder)))
        for path in shelf.here:
            out.print(f"  [green]there[/green]    {escape(path.name)}")
        for file in shelf.missing:
            size = file.expected.partition(", MD5")[0].partition(", SHA")[0]
            out.print(f"  [red]missing[/red]  {escape(file.name)} ({size})")
        for line in shelf.advice.splitlines():
            out.print(f"  {escape(line)}")
    for card in dict.fromkeys(figure.card for figure in found.figures):
        out.print(f"\n[bold]{escape(card)}[/bold] (by the files' names)")
        rows = [figure for figure in found.figures if figure.card == card]
        out.print(_figures(rows), soft_wrap=False)
    listed = {shelf.id for shelf in found.shelves if shelf.missing}
    findings = [f for f in found.findings if f.kind != "missing file" or f.card not in listed]
    hidden = found.finding_count - len(found.findings) + max(0, len(findings) - _MOST_SHOWN)
    if found.figures and (findings or found.notes or found.without_card):
        out.print()
    for finding in findings[:_MOST_SHOWN]:
        out.print(f"[red]{finding.kind}[/red] {escape(str(finding))}")
    if hidden:
        out.print(f"and {counted(hidden, 'more finding')} (--json lists a thousand)")
    strange = list(found.without_card.items())
    for name, records in strange[:_MOST_SHOWN]:
        out.print(f"[red]of no known data set[/red] {escape(name)}: {counted(records, 'record')}")
    if len(strange) > _MOST_SHOWN:
        out.print(f"and {counted(len(strange) - _MOST_SHOWN, 'more file')} of no known data set")
    for note in found.notes:
        times = f", {counted(note.times, 'time')}" if note.times else ""
        source = f" [{note.source}]" if note.source else ""
        card = f"{note.card}: " if note.card else ""
        out.print(f"[cyan]note[/cyan] {escape(f'{card}{note.says}{source}{times}')}")
    colour = "green" if found.whole else "red"
    out.print(f"{counted(found.files, 'file')}, {counted(found.records, 'record')}: ", end="")
    out.print(f"[{colour}]{found.verdict}[/{colour}]{_because(found)}")


def print_realism(found: Realism) -> None:
    """Print distances of real and synthetic lines, and how well they are told apart."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("what", "real", "synthetic", "distance", "95 %"):
        table.add_column(column, justify="left" if column == "what" else "right", no_wrap=True)
    for one in (*found.comparison.distances, *(one for one, _ in found.repeats)):
        low, high = one.wasserstein_interval
        table.add_row(
            f"{one.quantity}{f', {one.unit}' if one.unit else ''}",
            *(f"{mean:.3f} ± {deviation:.3f}" for mean, deviation, _ in (one.real, one.synthetic)),
            f"{one.wasserstein:.4f}",
            f"{low:.4f} to {high:.4f}",
        )
    out.print(table, soft_wrap=False)
    for what, auc in (("places", found.comparison.places), ("looks", found.comparison.looks)):
        if auc is not None:
            low, high = auc.characters_interval
            gives = ", ".join(name for name, _ in auc.gives_away[:3])
            out.print(
                f"told apart by {what}: AUC {auc.characters:.3f} ({low:.3f} to {high:.3f}) of "
                f"characters, {auc.lines:.3f} of lines; most by {gives}"
            )
    for one, halves in found.repeats:
        if halves == halves:  # not where a half has none
            out.print(f"{one.quantity}: the halves of the real side are {halves:.4f} apart")
    sides = found.comparison.real_lines, found.comparison.synthetic_lines
    out.print(f"{counted(sides[0], 'real line')}, {counted(sides[1], 'synthetic one')}")
    for side, reasons in found.left_out.items():
        for reason, count in sorted(reasons.items()):
            out.print(f"  left out, {escape(side)}: {count:,} ({escape(reason)})")
    out.print(f"In words: {escape(found.verdict)}.")


def _figures(figures: list[Figure]) -> Table:
    """One card's figures; each published value on a line of its own."""
    colours = {"equal": "green", "conflict": "yellow", "differs": "red", "not published": "dim"}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("", "part", "what", "found", "published", "verdict"):
        table.add_column(
            column,
            justify="right" if column == "found" else "left",
            no_wrap=column in ("part", "found", "verdict"),
        )
    for figure in figures:
        scope = "" if figure.scope == "everything" else f" ({figure.scope})"
        published = "\n".join(
            f"{'about ' if one.rounded else ''}{one.value:,} {escape(f'[{one.source}]')}"
            for one in figure.published
        )
        table.add_row(
            *("", figure.part, escape(figure.what + scope), f"{figure.found:,}", published),
            f"[{colours[figure.verdict]}]{figure.verdict}[/{colours[figure.verdict]}]",
        )
    return table


def _because(found: Census) -> str:
    """Why it is not whole, in few words."""
    differing = sum(figure.verdict == "differs" for figure in found.figures)
    reasons = [
        (found.finding_count, "finding", ""),
        (differing, "figure", " that differs" if differing == 1 else " that differ"),
        (len(found.without_card), "file", " of no known data set"),
    ]
    said = [f"{counted(count, what)}{more}" for count, what, more in reasons if count]
    return f" ({', '.join(said)})" if said else ""


def simulated_part(report: Mapping[str, Any]) -> str:
    """Say whether what a report tells of is simulated handwriting, in part or all of it."""
    if report["simulated"]:
        return " (simulated handwriting)"
    some = any(row["simulated"] for row in report["sources"])
    return " (handwriting of people, and simulated)" if some else ""
