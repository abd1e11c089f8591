"""The page of `penline ablate` and of `penline read`: errors, curves, mistakes, the worst lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy.typing as npt

from penline.look.page import data_uri, page
from penline.words import counted

__all__ = ["ablation_page", "readings_page"]

_SCRIPTS = ("base.js", "plots.js", "ablation.js")
_MOST_NAMED = 20
_STYLE = """
.worst figure { margin: 0 0 1rem; }
.worst img { max-width: 100%; height: auto; background: #fff; }
.worst p { margin: .1rem 0; overflow-wrap: anywhere; }
.curves { max-width: 44rem; }
.curves polyline { fill: none; stroke-width: 1.5; }
.curves text { font-size: 10px; fill: currentColor; }
.scroll th, .scroll td { white-space: nowrap; overflow-wrap: normal; }
.key span { display: inline-block; width: 1.2em; height: .25em; vertical-align: middle; }
"""
Worst = Sequence[tuple[npt.NDArray[Any], str, str]]


def ablation_page(results: Mapping[str, Any], worst: Worst, title: str = "Ablation") -> bytes:
    """Make the page of an ablation, UTF-8.

    Args:
        results: as ``results.json`` holds them.
        worst: picture, label and reading of the lines that the best arm read worst.
        title: the document's title; any text.
    """
    arms, plan = results["arms"], results["plan"]
    known = results["known_before"]
    notes = [
        f"Each arm trained {plan['recogniser']} for {plan['steps']:,} steps of {plan['batch']} "
        f"lines with {counted(plan['seeds'], 'seed')}, and was judged on the same "
        f"{results['judged_on']['lines']:,} real lines. Errors are edits over characters (or "
        "words) of the labels"
        + (", NFKC" if plan["nfkc"] else "")
        + ("." if plan["case"] else ", capitals taken for small letters."),
        "Intervals hold 95 % of what a choice of other lines and other seeds would give (two-way "
        "bootstrap); differences are paired. With one seed they are over lines alone.",
        f"Of {known['short_labels']:,} short labels {known['short_labels_in_the_text']:,} stand in "
        "the text that was trained on; of the longer ones none does.",
    ]
    if known["lines_of_untold_writers"]:
        notes.append(
            f"{known['lines_of_untold_writers']:,} of the lines do not tell their writer: nobody "
            "could see whether he is in a bank."
        )
    data = {
        **_head("ablation", title, results["judged_on"], notes),
        "arms": [_arm(arm) for arm in arms],
        "curves": [[arm["name"], arm["curves"]] for arm in arms],
        "splits": [
            table
            for title_, key, unit in (
                ("By length", "lengths", "lines"),
                ("By group", "groups", "lines"),
                ("By kind of character", "classes", "characters"),
                ("By writer", "writers", "lines"),
            )
            if (table := _split(title_, key, unit, arms))
        ],
        "differs": [[arm["name"], arm["differs"]] for arm in arms[1:]],
        "confusions": _best(results)["confusions"],
        "best": f"{results['best']['arm']}, seed {results['best']['seed']}",
        "worst": list(map(_line, worst)),
    }
    return page(f"{title} · penline", _SCRIPTS, data, _STYLE)


def readings_page(results: Mapping[str, Any], worst: Worst, title: str) -> bytes:
    """Make the page of what one model read, UTF-8; arguments as of `ablation_page`."""
    notes = ["Errors are edits over characters (or words) of the labels, with 95 % intervals."]
    data = {
        **_head("readings", title, results["judged_on"], notes),
        "arms": [_arm({**results, "name": results["model"]})],
        "curves": [],
        "splits": [
            table
            for title_, key, unit in (
                ("By length", "lengths", "lines"),
                ("By kind of character", "classes", "characters"),
            )
            if (table := _split(title_, key, unit, [{**results, "name": "error"}]))
        ],
        "differs": [],
        "confusions": results["confusions"],
        "best": results["model"],
        "worst": list(map(_line, worst)),
    }
    return page(f"{title} · penline", _SCRIPTS, data, _STYLE)


def _head(kind: str, title: str, judged: Mapping[str, int], notes: list[str]) -> dict[str, Any]:
    return {
        "kind": kind,
        "title": title,
        "unit": "lines",
        "shown": judged["lines"],
        "total": judged["lines"],
        "spread": "",
        "badges": [],
        "figures": [["Real lines", judged["lines"]], ["Known writers", judged["writers"]]],
        "notes": notes,
        "sources": [],
        "tables": [],
        "plots": [],
    }


def _best(results: Mapping[str, Any]) -> Mapping[str, Any]:
    name = results["best"]["arm"]
    return next(arm for arm in results["arms"] if arm["name"] == name)


def _arm(arm: Mapping[str, Any]) -> list[str]:
    characters, words = arm["characters"], arm["words"]
    less = arm.get("difference")
    return [
        arm["name"],
        _percent(characters["error"]),
        _interval(characters["interval"]),
        _percent(words["error"]),
        _interval(words["interval"]),
        f"{100 * less['error']:+.1f}" if less else "",
        _interval(less["interval"], "+") if less else "",
        ", ".join(map(_percent, characters["seeds"])),
    ]


def _split(
    title: str, key: str, unit: str, arms: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    names = list(dict.fromkeys(name for arm in arms for name in arm[key]))[:_MOST_NAMED]
    if key == "lengths":
        names.sort(key=lambda name: int(name.split()[0]))
    if len(names) < 2:
        return None
    rows = [
        [
            name,
            f"{next(arm[key][name][unit] for arm in arms if name in arm[key]):,}",
            *(_percent(arm[key][name]["error"]) if name in arm[key] else "" for arm in arms),
        ]
        for name in names
    ]
    return {"title": title, "columns": ["", unit, *(arm["name"] for arm in arms)], "rows": rows}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _interval(ends: Sequence[float], sign: str = "") -> str:
    return f"{100 * ends[0]:{sign}.1f} to {100 * ends[1]:{sign}.1f}"


def _line(one: tuple[npt.NDArray[Any], str, str]) -> dict[str, Any]:
    image, text, reading = one
    good, encoded = cv2.imencode(".png", image)
    height, width = image.shape[:2]
    source = data_uri(encoded.tobytes(), "image/png") if good else ""
    return {"src": source, "width": width, "height": height, "text": text, "read": reading}
