"""The catalogue for programs: JSON by its schema, Croissant, schema.org, HTR-United's records."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from penline.catalogue import card, load, parse, site
from penline.catalogue.croissant import croissant, markup, schema_org
from penline.catalogue.htr_united import SCHEMA, card_text, record_of, record_text, records
from penline.catalogue.listing import VERSION, listing, schema
from penline.errors import CatalogueError, UsageError
from penline.formats import READERS
from penline.new_card import from_htr_united
from test_cli import penline as penline  # the fixture

every_card = pytest.mark.parametrize("id", sorted(load()))

# A small JSON Schema validator of the tests' own: it refuses keywords that it does not know

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
SAID = {"type", "$schema", "$defs", "title", "description", "default", "format"}


def breaches(value: Any, rule: dict[str, Any], root: dict[str, Any], at: str = "") -> list[str]:
    """Where a value breaks a schema."""
    found: list[str] = []
    kind = TYPES.get(rule.get("type", ""), object)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return [f"{at}: no {rule['type']}"]
    for key, said in rule.items():
        if key == "$ref":
            found += breaches(value, root["$defs"][said.rpartition("/")[2]], root, at)
        elif key == "anyOf":
            found += [] if any(not breaches(value, one, root) for one in said) else [f"{at}: anyOf"]
        elif key == "enum":
            found += [] if value in said else [f"{at}: {value!r}"]
        elif key == "const":
            found += [] if value == said else [f"{at}: {value!r}"]
        elif key == "required":
            found += [f"{at}: no {name}" for name in said if name not in value]
        elif key == "properties":
            for name in said.keys() & value.keys():
                found += breaches(value[name], said[name], root, f"{at}/{name}")
        elif key == "additionalProperties":
            extra = set(value) - set(rule.get("properties", {}))
            if said is False:
                found += [f"{at}: unknown {name}" for name in extra]
            elif isinstance(said, dict):
                for name in extra:
                    found += breaches(value[name], said, root, f"{at}/{name}")
        elif key == "patternProperties":
            for pattern, one in said.items():
                for name in (name for name in value if re.search(pattern, name)):
                    found += breaches(value[name], one, root, f"{at}/{name}")
        elif key == "propertyNames":
            for name in value:
                found += breaches(name, said, root, f"{at}/{name}")
        elif key == "items":
            for number, item in enumerate(value):
                found += breaches(item, said, root, f"{at}/{number}")
        elif key in ("minItems", "minLength", "minProperties"):
            found += [] if len(value) >= said else [f"{at}: too short"]
        elif key == "minimum":
            found += [] if value >= said else [f"{at}: below {said}"]
        elif key == "maximum":
            found += [] if value <= said else [f"{at}: above {said}"]
        elif key == "pattern":
            found += [] if re.search(said, value) else [f"{at}: {value!r} is not {said}"]
        elif key not in SAID:
            raise AssertionError(f"the schema has a keyword that no test knows: {key}")
    return found


def test_the_listing_keeps_its_schema() -> None:
    whole = json.loads(json.dumps(listing(READERS)))
    assert breaches(whole, schema(), schema()) == []
    assert whole["version"] == VERSION == 1
    assert [one["id"] for one in whole["cards"]] == sorted(load())


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("id", "Mnist", "id"),
        ("kind", "photographs", "kind"),
        ("simulated", "no", "boolean"),
        ("citations", [], "too short"),
        ("counts", [{"what": "samples", "value": -1}], "counts/0"),
        ("gettable", None, "gettable"),
        ("surplus", 1, "unknown surplus"),
    ],
)
def test_the_schema_refuses_what_is_no_card(name: str, value: object, complaint: str) -> None:
    whole = json.loads(json.dumps(listing(READERS)))
    whole["cards"][3][name] = value
    found = breaches(whole, schema(), schema())
    assert any(complaint in one for one in found), found


def test_the_schema_misses_no_field() -> None:
    whole = json.loads(json.dumps(listing(READERS)))
    for name in list(whole["cards"][0]):
        less = {key: value for key, value in whole["cards"][0].items() if key != name}
        assert breaches({"version": 1, "cards": [less]}, schema(), schema())


def test_the_commands_print_one_form_at_a_time(penline) -> None:
    assert json.loads(penline("list", "--json")[1]) == json.loads(json.dumps(listing(READERS)))
    assert json.loads(penline("list", "--schema")[1]) == schema()
    assert json.loads(penline("card", "mnist", "--croissant")[1]) == croissant(card("mnist"))
    assert yaml.safe_load(penline("card", "belfort", "--htr-united")[1])["title"].startswith("Belf")
    for asked in (("list", "--json", "--schema"), ("card", "mnist", "--json", "--croissant")):
        code, _, error = penline(*asked)
        assert code == 2 and "ask for one" in error


# Croissant and schema.org


@every_card
def test_croissant_has_what_its_specification_demands(id: str) -> None:
    found = croissant(card(id))
    assert found["@type"] == "sc:Dataset"
    assert found["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert re.fullmatch("[a-zA-Z0-9\\-_.]+", found["name"])
    for key in ("description", "license", "creator", "citeAs"):
        assert found[key], key
    assert card(id).simulated or found["url"].startswith("http")
    years = [one.year for one in card(id).citations if one.year]
    assert found.get("datePublished") == (str(max(years)) if years else None)
    names = [file["@id"] for file in found.get("distribution", [])]
    assert len(names) == len(set(names))
    for file in found.get("distribution", []):
        assert file["@type"] == "cr:FileObject"
        assert file["contentUrl"].startswith("http") and "/" in file["encodingFormat"]
        assert ("sha256" in file) != ("md5" in file)
    known = {
        file.name for file in card(id).files if card(id).urls(file) and (file.sha256 or file.md5)
    }
    assert set(names) == known


def test_croissant_describes_a_file_as_the_card_does() -> None:
    found = croissant(card("cmaterdb-telugu-digits"))["distribution"][1]
    assert found == {
        "@type": "cr:FileObject",
        "@id": "testing-images.npz",
        "name": "testing-images.npz",
        "contentUrl": "https://raw.githubusercontent.com/prabhuomkar/CMATERdb/master/datasets/"
        "telugu-numerals/testing-images.npz",
        "description": "the README lists 68KB",
        "contentSize": "48946 B",
        "encodingFormat": "application/octet-stream",
        "sha256": "182806a45091da53b4ad98d4425130c0ebbf9bc1bf50fb58b3e5ea65ee33c7c6",
    }


@every_card
def test_a_page_carries_its_markup(id: str) -> None:
    text = site.pages(READERS)[f"{id}.md"] if id == "mnist" else markup(card(id))
    (told,) = re.findall(r'<script type="application/ld\+json">(.*)</script>', text)
    assert "<" not in told and ">" not in told
    assert json.loads(told) == schema_org(card(id))
    assert "[" not in json.loads(told)["description"]


def test_markup_cannot_end_its_script_early() -> None:
    evil = card("mnist").model_copy(update={"title": "</script><b>&amp;"})
    told = markup(evil)
    assert told.count("</script>") == 1
    assert json.loads(told.partition(">")[2].rpartition("<")[0])["name"] == "</script><b>&amp;"


def test_the_site_has_a_file_for_each(tmp_path: Path) -> None:
    made = site.data(READERS)
    assert set(made) == {"catalogue.json", "catalogue.schema.json"} | {
        f"{id}.croissant.json" for id in load()
    }
    assert json.loads(made["hoda.croissant.json"]) == croissant(card("hoda"))


# HTR-United

RECORD = """\
schema: https://htr-united.github.io/schema/2023-06-27/schema.json
title: Étude of hands
url: 10.5281/zenodo.1
authors:
  - {name: Ada, surname: Ink}
  - {surname: Pen}
institutions: []
description: >
  # Letters

  of two people.
language: [fra, lat]
production-software: by hand
script: [{iso: Latn}, {iso: Grek}]
script-type: mainly-manuscript
time: {notBefore: '1700', notAfter: '1799'}
hands: {count: less-than-11, precision: exact}
license: {name: CC-BY-NC 4.0, url: https://creativecommons.org/licenses/by-nc/4.0/}
format: Page-XML
volume:
  - {metric: lines, count: 1200}
  - {metric: regions, count: 30}
  - {metric: characters, count: '43,210'}
transcription-guidelines: abbreviations are kept
automatically-aligned: true
"""


def test_a_record_is_a_card() -> None:
    (record,) = records(RECORD, "r.yml")
    id, text = card_text(record)
    found = parse(text, f"{id}.md")
    assert (id, found.id) == ("htr-etude-of-hands", "htr-etude-of-hands")
    assert (found.title, found.scripts) == ("Étude of hands", ("Latn", "Grek"))
    assert found.homepages == ("https://doi.org/10.5281/zenodo.1",)
    assert found.publisher == "Ada Ink; Pen"
    assert found.citations[0].authors == ("Ada Ink", "Pen")
    assert (found.licence.redistribution, found.licence.commercial) == ("unclear", "no")
    assert [(count.what, count.value, count.confidence) for count in found.counts] == [
        ("lines", 1200, "community"),
        ("characters", 43210, "community"),
        ("writers", None, None),
    ]
    assert found.counts[2].note == "ten hands at most"
    assert found.formats == ("PAGE-XML",)
    for said in ("1700 to 1799", "fra, lat", "by hand", "Regions: 30", "Letters of two people."):
        assert said in found.prose
    advice = " ".join(found.advice)
    assert "abbreviations are kept" in advice and "print" in advice and "machine" in advice
    assert found.prose.count("\n# ") == 0


BY, NC_ND = "https://creativecommons.org/licenses/by/4.0/", "https://x.org/by-nc-nd/4.0/"


@pytest.mark.parametrize(
    ("told", "sold"),
    [
        ([{"name": "CC-BY 4.0", "url": BY}], "unclear"),
        ({"type": "CC-BY", "version": 4.0}, "unclear"),
        ("Nutzung nur mit Genehmigung", "unclear"),
        ("jean@mit.edu", "unclear"),
        ("public domain images; transcriptions all rights reserved", "unclear"),
        ([{"name": "CC BY 4.0", "url": BY}, {"name": "CC BY-NC-ND 4.0"}], "no"),
        ([{"name": "CC-BY-BC 4.0", "url": NC_ND}], "no"),
        ([{"url": NC_ND}], "no"),
        ("CC BY-NonCommercial 4.0", "no"),
        ("CC BY 4.0, non-commercial use only", "no"),
    ],
)
def test_a_record_may_forbid_and_allows_nothing(told: Any, sold: str) -> None:
    record = {"title": "x", "url": "https://x.org", "license": told}
    found = parse(card_text(record)[1], "r").licence
    assert (found.redistribution, found.commercial) == ("unclear", sold)
    assert found.name.endswith(" (second-hand)") and found.url is None
    assert "does not tell who wrote it" in found.summary and "maker" in found.summary
    for one in told if isinstance(told, list) else [told]:
        for said in one.values() if isinstance(one, dict) else [one]:
            assert str(said) in found.summary


def test_a_record_that_says_little_makes_a_card_that_says_little() -> None:
    id, text = card_text({"title": "✍", "url": "somewhere"})
    found = parse(text, f"{id}.md")
    assert found.id == "htr-untitled"
    assert found.homepages == () and found.licence.name == "not stated"
    assert found.licence.summary == "The record says nothing of terms [htr-united]."
    assert [count.value for count in found.counts] == [None, None]
    found = parse(card_text({"title": "x", "url": "https://x.org/a b"})[1], "r")
    assert found.homepages == () and "https://x.org/a b" in found.citations[0].venue


@pytest.mark.parametrize("told", ["[Latn, Grek]", "[{iso: Latn}, {name: ''}, {iso: Grek}]"])
def test_scripts_are_read_in_the_short_form_too(told: str) -> None:
    (record,) = records(f"title: x\nurl: y\nscript: {told}", "r")
    assert parse(card_text(record)[1], "r").scripts == ("Latn", "Grek")


def test_dates_without_quotes_are_read() -> None:
    told = "title: 1700-01-01\nurl: y\ntime: {notBefore: 1700-01-01, notAfter: 1799-12-31}"
    (record,) = records(told, "r")
    found = parse(card_text(record)[1], "r")
    assert found.title == "1700-01-01" and "1700-01-01 to 1799-12-31" in found.prose


@pytest.mark.parametrize(
    "told",
    [
        {"volume": "many", "authors": "Ada", "hands": [], "time": 3, "script": {"iso": "Latn"}},
        {"volume": [{"metric": "lines", "count": True}, {"metric": [], "count": -1}, 7]},
        {"volume": [{"metric": "lines", "count": "9" * 5000}]},
        {"license": ["CC-BY"], "institutions": [{}], "language": {"a": 1}, "format": 3},
        {"description": "---\nid: other\n---\n## What it is"},
    ],
)
def test_records_of_odd_forms_are_cards_still(told: dict[str, Any]) -> None:
    id, text = card_text({"title": "x", "url": "https://x.org", **told})
    found = parse(text, f"{id}.md")
    assert (found.id, found.title) == ("htr-x", "x")
    assert all(count.what != "lines" or count.value is None for count in found.counts)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- [", "YAML"),
        ("3", "record 1 has no title"),
        ("[]\n", "no record"),
        ("- {title: a, url: b}\n- {title: a}", "record 2 has no url"),
        ("title: &a x\nurl: *a", "alias"),
        ("- title: x\n  url: y\n  title: z", "line 3: title stands there twice"),
    ],
)
def test_what_is_no_record_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint):
        records(text, "r.yml")


def test_a_catalogue_becomes_a_folder_of_cards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = "".join(yaml.safe_dump([yaml.safe_load(RECORD)]) for _ in range(2))
    (tmp_path / "all.yml").write_text(both, "utf-8")
    folder = tmp_path / "cards"
    folder.mkdir()
    made = from_htr_united(tmp_path / "all.yml", folder)
    assert [path.name for path in made] == ["htr-etude-of-hands.md", "htr-etude-of-hands-2.md"]
    monkeypatch.setenv("PENLINE_CARDS", str(folder))
    assert card("htr-etude-of-hands-2").published("lines")[0].value == 1200
    with pytest.raises(UsageError, match="there already"):
        from_htr_united(tmp_path / "all.yml", folder)
    with pytest.raises(UsageError, match="no such folder"):
        from_htr_united(tmp_path / "all.yml", tmp_path / "none")
    with pytest.raises(UsageError, match="cannot be read"):
        from_htr_united(tmp_path / "none.yml", folder)


def test_a_card_of_lines_is_a_record() -> None:
    found = record_of(card("washington"))
    assert found["schema"] == SCHEMA
    assert found["url"] == "https://fki.tic.heia-fr.ch/databases/washington-database"
    assert {"metric": "lines", "count": 656} in found["volume"]
    assert found["hands"] == {"count": "less-than-11", "precision": "exact"}
    assert {"name": "H.", "surname": "Bunke"} in found["authors"]
    assert found["language"] == ["TODO"] and found["time"]["notBefore"] == "TODO"
    assert record_of(card("belfort"))["format"] == "Image-Text-Pairs"
    assert record_of(card("biblia"))["format"] == "Alto-XML"
    assert record_of(card("rasam"))["format"] == "Page-XML"
    with pytest.raises(CatalogueError, match="lines and pages"):
        record_of(card("mnist"))


def test_a_record_comes_back_as_the_card_that_it_was() -> None:
    for id in ("biblia", "washington", "ifn-farsi"):
        first = card(id)
        (record,) = records(record_text(record_of(first)), "r.yml")
        again = parse(card_text(record)[1], "r.md")
        for what in ("lines", "pages", "characters"):
            wanted = [one.value for one in first.published(what)[:1]]
            assert [one.value for one in again.published(what)] == wanted
        assert (again.title, again.scripts) == (first.title, first.scripts)
        assert again.homepages == first.homepages[:1]


@pytest.mark.parametrize("id", ["zenon-papyri", "chi-know-po", "onb-940"])
def test_a_record_names_no_source_of_penlines_and_settles_no_terms(id: str) -> None:
    record = record_of(card(id))
    assert "[" not in record["description"] and " ." not in record["description"]
    again = parse(card_text(record)[1], "r.md").licence
    assert (again.redistribution, again.commercial) == ("unclear", "unclear")
    assert again.name.count("(second-hand)") == 1
