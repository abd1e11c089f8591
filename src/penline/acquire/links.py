"""Ask every address of the catalogue whether it still stands."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import urlsplit

from penline.acquire.web import Beyond, Broken, Gone, Head, Limits, head
from penline.catalogue import Card, card, load

__all__ = ["Link", "LinkReport", "addresses", "check_links"]

Verdict = Literal["sound", "moved", "changed", "gone", "refused", "silent"]

_GONE = (0, 400, 404, 410)
"""Statuses of what is gone; 0: no address at all. Others (403, 999) say who may not have it."""


@dataclass(frozen=True, slots=True)
class Link:
    """One address that cards name.

    Attributes:
        address: as the cards write it.
        places: where it stands, as in ``iam: homepage``; each once.
        bytes: the size of the file there by its card, or None.
        file: whether a file of the data set lies there, and no page.
        checked: the latest day on which a card says that it was read; None where none says so.
    """

    address: str
    places: tuple[str, ...]
    bytes: int | None = None
    file: bool = False
    checked: date | None = None


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What became of an address.

    Attributes:
        link: the address.
        verdict: ``sound``; ``moved`` for good, to `detail`; ``changed``: another size than the
            card's, or a web page in place of the file; ``gone``; ``refused``: it wants a
            login or no programs; ``silent``: no answer, which may be better another day.
        detail: what the server said; "" where it is sound.
    """

    link: Link
    verdict: Verdict
    detail: str = ""


def addresses(cards: Iterable[Card]) -> tuple[Link, ...]:
    """All addresses of cards, each once, in order: homepages, terms, sources, files.

    A prefix is not asked by itself: what counts are the files below it.
    """
    found: dict[str, Link] = {}
    for one in cards:
        for link in _of(one):
            known = found.get(link.address, link)
            found[link.address] = Link(
                link.address,
                tuple(dict.fromkeys(known.places + link.places)),
                known.bytes if known.bytes is not None else link.bytes,
                known.file or link.file,
                max(filter(None, (known.checked, link.checked)), default=None),
            )
    return tuple(found.values())


def _of(one: Card) -> Iterator[Link]:
    for page in one.homepages:
        yield Link(page, (f"{one.id}: homepage",))
    if one.licence.url:
        yield Link(one.licence.url, (f"{one.id}: terms",))
    for key, source in one.sources.items():
        if source.address:
            yield Link(source.address, (f"{one.id}: source {key}",), checked=source.checked)
    for file in one.files:
        for url in one.urls(file):
            yield Link(url, (f"{one.id}: file {file.name}",), file.bytes, file=True)


def check_links(
    *ids: str,
    limits: Limits | None = None,
    pause_seconds: float = 1.0,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[LinkReport]:
    """Ask the addresses of cards one after the other, each once, and report on each.

    Only headers are asked for: by HEAD, and where its answer is anything but sound by a GET whose
    body is not read, for servers answer HEAD in ways of their own. Requests to one host are at
    least `pause_seconds` apart, and what fails for now is asked again a few times with growing
    waits, or after the wait that the server asks for.

    Args:
        ids: ids of cards; none: all cards.
        limits: patience: its `tries`, waits, timeout and redirects.
        pause_seconds: time between two requests to one host.
        progress: told how many addresses are done, and how many there are.

    Raises:
        CatalogueError: no card has such an id.
    """
    links = addresses([card(id) for id in ids] if ids else load().values())
    return _ask(links, limits or _PATIENCE, pause_seconds, progress)


_PATIENCE = Limits(timeout_seconds=20.0, tries=3, slow_seconds=60.0)


def _ask(
    links: tuple[Link, ...],
    limits: Limits,
    pause_seconds: float,
    progress: Callable[[int, int], None] | None,
) -> Iterator[LinkReport]:
    before = functools.partial(_be_polite, {}, pause_seconds, limits)
    for done, link in enumerate(links, 1):
        yield _report(link, limits, before)
        if progress is not None:
            progress(done, len(links))


def _be_polite(asked: dict[str, float], pause_seconds: float, limits: Limits, url: str) -> None:
    """Wait until the last request to the host of `url` is `pause_seconds` ago."""
    host = urlsplit(url).netloc
    now = limits.clock()
    if host in asked and now - asked[host] < pause_seconds:
        limits.sleep(pause_seconds - (now - asked[host]))
    asked[host] = limits.clock()


def _report(link: Link, limits: Limits, before: Callable[[str], None]) -> LinkReport:
    wait, turns = limits.first_wait_seconds, max(limits.tries, 2)
    for turn in range(turns):
        try:
            told = _told(link, head(link.address, limits, "GET" if turn else "HEAD", before))
            if turn or told.verdict in ("sound", "moved"):
                break
        except Gone as error:
            told = LinkReport(link, "gone" if error.status in _GONE else "refused", str(error))
            if turn or not error.status:
                break
        except Beyond:
            told = LinkReport(link, "gone", "HTTP 416 to a request without a range")
        except Broken as error:
            told = LinkReport(link, "silent", str(error))
            if turn + 1 < turns:
                limits.sleep(min(max(wait, error.wait_seconds), limits.most_wait_seconds))
                wait *= 2
    return told


def _told(link: Link, found: Head) -> LinkReport:
    if link.file and found.page:
        return LinkReport(link, "changed", "a web page in place of the file")
    if link.bytes is not None and found.bytes not in (None, link.bytes):
        return LinkReport(link, "changed", f"{found.bytes:,} bytes; the card says {link.bytes:,}")
    if found.address != link.address:
        return LinkReport(link, "moved", found.address)
    return LinkReport(link, "sound")
