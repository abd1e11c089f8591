"""Make the pages of the documentation that say what the code says.

    python tools/make_docs.py [--check | --data]

Writes `docs/verbs/*.md` from the commands' help texts, `docs/catalogue/*.md` from the cards, and
`docs/catalogue/table.html`, the table of all of them, complete in itself; `docs/python/*.md` from
docstrings, and the marked tables and pictures of `docs/recipe.md`, `docs/recipe.zh.md` and
`docs/extending.md` from the recipe's models and the registries; `docs/first-lines.md` from the
notebook. With `--check` nothing is
written, and the exit code is 1 if a page is not current. With `--data` it writes what the site has
for programs beside the catalogue's pages instead; that is not kept in the repository.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pages import notebook, recipe, reference, verbs

from penline.catalogue import site as catalogue
from penline.catalogue.finding_pages import TABLE
from penline.formats import READERS
from penline.look.catalogue import catalogue_page

FOLDERS = {
    "verbs": verbs.pages,
    "catalogue": lambda: {**catalogue.pages(READERS), TABLE: catalogue_page(READERS).decode()},
    "python": reference.pages,
}
"""Folders in which every page is made."""
DOCS = Path(__file__).resolve().parents[1] / "docs"


def made() -> dict[Path, str]:
    """Every page that is made from the code: its place below `docs`, and its text."""
    found = {
        Path(folder) / name: text
        for folder, pages in FOLDERS.items()
        for name, text in pages().items()
    }
    for page in ("recipe.md", "extending.md"):
        found[Path(page)] = recipe.fill((DOCS / page).read_text("utf-8"))
    found[Path("first-lines.md")] = notebook.page()
    page = "recipe.zh.md"
    found[Path(page)] = recipe.fill((DOCS / page).read_text("utf-8"), recipe.CHINESE_PARTS)
    return found


def stale() -> list[Path]:
    """Pages that are not current, and pages of what is no more."""
    pages = made()
    wrong = [
        place
        for place, text in pages.items()
        if not (DOCS / place).is_file() or (DOCS / place).read_text("utf-8") != text
    ]
    left = [
        path.relative_to(DOCS)
        for folder in FOLDERS
        for path in sorted((DOCS / folder).glob("*.*"))
        if path.suffix in (".md", ".html")
    ]
    return wrong + [place for place in left if place not in pages]


def main() -> None:
    """Write what is not current, or say it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--data", action="store_true", help="write the catalogue as JSON")
    options = parser.parse_args()
    if options.data:
        for name, text in catalogue.data(READERS).items():
            (DOCS / "catalogue" / name).write_text(text, encoding="utf-8", newline="\n")
        return
    pages, wrong = made(), stale()
    for place in wrong:
        path = DOCS / place
        print(f"docs/{place.as_posix()}")
        if options.check:
            continue
        if place in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[place], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    if wrong and options.check:
        sys.exit("not current; run: python tools/make_docs.py")


if __name__ == "__main__":
    main()
