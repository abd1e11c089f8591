"""Contract of the catalogue: every card on disk, whoever wrote it, keeps these promises."""

from __future__ import annotations

import itertools
import os
import re
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import yaml
from pydantic import ValidationError

from fakes import REAL
from penline.catalogue import Card, Erratum, alphabet, card, ids, load, page, parse, site
from penline.catalogue.alphabets import CASIA_SYMBOLS
from penline.catalogue.errata import apply, errata, parse_errata
from penline.catalogue.finding import scripts
from penline.catalogue.numbers import expand
from penline.characters import is_han
from penline.errors import CatalogueError
from penline.formats import READERS
from penline.new_card import left_to_do
from penline.records import Defect, GlyphRecord, Source
from penline.sources.collect import read

FOLDER = resources.files("penline.catalogue")
NAMES = sorted(file.name for file in FOLDER.iterdir() if file.name.endswith(".md"))
PAGES = Path(__file__).parents[1] / "docs" / "catalogue"
ADDS = {"writers", "samples", "pages", "lines", "characters", "forms"}
BRACKETED = re.compile(r"\[([a-z0-9]+(?:[.-][a-z0-9]+)*)\](?!\()")

every_card = pytest.mark.parametrize("name", NAMES)


def text_of(name: str) -> str:
    return FOLDER.joinpath(name).read_text(encoding="utf-8")


def figures(found: Card, what: str, part: str = "all", scope: str = "everything") -> set[int]:
    return {count.value for count in found.published(what, part, scope) if count.value is not None}


def figure(id: str, what: str, part: str = "all", scope: str = "everything") -> int:
    (value,) = figures(card(id), what, part, scope)
    return value


def written(found: Card) -> str:
    """All free text of a card, where sources may stand in brackets."""
    notes = [count.note for count in found.counts] + [file.note for file in found.files]
    return "\n".join([found.prose, found.access, found.licence.summary, *found.advice, *notes])


def repeated_keys(node: yaml.Node | None) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        yield from (key for key in set(keys) if keys.count(key) > 1)
        for _, value in node.value:
            yield from repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from repeated_keys(value)


# Every card


@every_card
def test_a_card_bears_its_files_name(name: str) -> None:
    assert parse(text_of(name), name).id == name.removesuffix(".md")
    assert name.removesuffix(".md") in ids()


@every_card
def test_nothing_is_left_to_do(name: str) -> None:
    assert left_to_do(text_of(name)) == ()


@every_card
def test_no_key_is_given_twice(name: str) -> None:
    front = text_of(name).split("---\n")[1]
    assert list(repeated_keys(yaml.compose(front, Loader=yaml.SafeLoader))) == []


@every_card
def test_a_card_has_a_licence_a_citation_a_source_and_a_count(name: str) -> None:
    found = card(name.removesuffix(".md"))
    assert found.licence.name and found.licence.summary and found.licence.sources
    assert all(citation.authors and citation.title for citation in found.citations)
    dated = [citation.year or citation.kind == "misc" for citation in found.citations]
    assert all(dated) or found.simulated
    assert not any(re.search(r"\bread in \d{4}", one.venue) for one in found.citations)
    assert found.sources and found.advice
    assert found.homepages or found.simulated
    assert all(count.value or count.note for count in found.counts)
    assert found.simulated or any(count.value for count in found.counts)
    assert "## What it is" in found.prose
    assert "## Licence in plain words" in found.prose


@every_card
def test_sources_are_named_and_all_are_used(name: str) -> None:
    found = card(name.removesuffix(".md"))
    bracketed = set(BRACKETED.findall(written(found)))
    assert bracketed <= set(found.sources)
    assert set(found.sources) == bracketed | set(found.cited)


@every_card
def test_files_can_be_told_apart_and_fetched(name: str) -> None:
    found = card(name.removesuffix(".md"))
    names = [file.name for file in found.files]
    assert len(names) == len(set(names))
    hashes = [hash for file in found.files for hash in (file.md5, file.sha256) if hash]
    assert len(hashes) == len(set(hashes))
    for file in found.files:
        urls = found.urls(file)
        assert len(urls) == len(found.prefixes)
        assert all(url.endswith("/" + file.name) for url in urls)


@every_card
def test_a_figure_is_given_once_by_each_source(name: str) -> None:
    found = card(name.removesuffix(".md"))
    keys = [(c.what, c.part, c.scope, c.source) for c in found.counts]
    repeated = {key for key in keys if keys.count(key) > 1}
    assert repeated == set()


@every_card
def test_train_and_test_add_up(name: str) -> None:
    found = card(name.removesuffix(".md"))
    for what, scope in {(count.what, count.scope) for count in found.counts}:
        train, test, whole = (figures(found, what, p, scope) for p in ("train", "test", "all"))
        held = figures(found, what, "validation", scope) or {0}
        if what in ADDS and train and test and whole:
            sums = {sum(parts) for parts in itertools.product(train, held, test)}
            assert sums & whole, f"{what} of {scope}: {train} + {held} + {test} is not {whole}"


@every_card
def test_chinese_and_symbols_add_up(name: str) -> None:
    found = card(name.removesuffix(".md"))
    families = {count.scope.partition(" ")[0] for count in found.counts if ".x" in count.scope}
    for family in ("", *families):
        prefix = f"{family} " if family else ""
        for what in ("samples", "classes"):
            parts = [figures(found, what, scope=prefix + s) for s in ("chinese", "symbols")]
            if all(parts):
                whole = figures(found, what, scope=family or "everything")
                assert {sum(pair) for pair in itertools.product(*parts)} == whole


@every_card
def test_sums_written_in_notes_are_right(name: str) -> None:
    found = card(name.removesuffix(".md"))
    for count in found.counts:
        chinese = figures(found, count.what, scope="chinese")
        for terms in re.findall(r"\d[\d,]*(?: [+-] \d[\d,]*)+", count.note):
            signed = re.sub(r"([+-]) ", r"\1", terms.replace(",", "")).split()
            assert sum(int(term) for term in signed) in {count.value} | chinese, count


@every_card
def test_memory_is_called_memory(name: str) -> None:
    for count in card(name.removesuffix(".md")).counts:
        assert (count.source == "memory") == (count.confidence == "memory")
        assert count.source != "card" or count.confidence == "calculated"


@every_card
def test_a_summary_is_one_line(name: str) -> None:
    summary = card(name.removesuffix(".md")).summary()
    assert summary.startswith(name.removesuffix(".md")) and "\n" not in summary


@every_card
def test_bibtex_has_every_author(name: str) -> None:
    for citation in card(name.removesuffix(".md")).citations:
        assert all(author in citation.bibtex for author in citation.authors)
        assert citation.bibtex.count("{") == citation.bibtex.count("}")
        assert citation.title in citation.text


@every_card
def test_bounds_are_not_taken_for_counts(name: str) -> None:
    found = card(name.removesuffix(".md"))
    for count in found.counts:
        bound = count.value is not None and re.match(r"about|more than|shown rounded", count.note)
        assert not bound or count.value % 10 == 0, count


def test_a_source_is_described_alike_on_every_card() -> None:
    seen: dict[str, object] = {}
    for found in load().values():
        for key, source in found.sources.items():
            if key not in ("observed", "card"):
                assert seen.setdefault(key, source) == source


# The families' figures


@pytest.mark.parametrize("family", ["casia-hwdb", "casia-olhwdb"])
@pytest.mark.parametrize("scope", ["", "chinese", "symbols"])
def test_character_sets_add_up_to_their_family(family: str, scope: str) -> None:
    total = f"{family.removeprefix('casia-')}1.x {scope}".strip()
    sets = [f"{family}1.{n}" for n in range(3)]
    parts = [figure(id, "samples", scope=scope or "everything") for id in sets]
    assert {figure(id, "samples", scope=total) for id in sets} == {sum(parts)}


def test_the_numbers_that_everybody_quotes() -> None:
    assert figure("casia-hwdb1.0", "samples", scope="hwdb1.x") == 3_895_135
    assert figure("casia-olhwdb1.0", "samples", scope="olhwdb1.x") == 3_912_017
    assert figure("casia-hwdb1.1", "classes", scope="hwdb1.x") == 7_185 + 171
    assert figure("casia-hwdb2.0", "characters", scope="hwdb2.x") == 1_349_414
    assert figure("casia-olhwdb2.0", "characters", scope="olhwdb2.x") == 1_348_904


@pytest.mark.parametrize(
    ("family", "whats"),
    [
        ("casia-hwdb2", ("writers", "pages", "lines", "characters")),
        ("casia-olhwdb2", ("writers", "pages", "lines", "characters")),
    ],
)
def test_text_sets_add_up_to_their_family(family: str, whats: tuple[str, ...]) -> None:
    sets = [card(f"{family}.{n}") for n in range(3)]
    total = f"{family.removeprefix('casia-')}.x"
    for what in whats:
        sums = {sum(c) for c in itertools.product(*(figures(found, what) for found in sets))}
        for found in sets:
            assert figures(found, what, scope=total) & sums
    for what, part in itertools.product(("pages", "lines"), ("train", "test")):
        parts = [figures(found, what, part) for found in sets]
        if all(parts):
            assert sum(min(p) for p in parts) in figures(sets[0], what, part, total)


def test_sister_cards_say_the_same_of_their_family() -> None:
    for family in ("hwdb1", "hwdb2", "olhwdb1", "olhwdb2"):
        said = [
            [c for c in card(f"casia-{family}.{n}").counts if c.scope.startswith(f"{family}.x")]
            for n in range(3)
        ]
        assert said[0] and said[0] == said[1] == said[2]


def test_classes_of_hwdb_1_0_and_1_2_make_the_familys() -> None:
    for family in ("hwdb", "olhwdb"):
        parts = [figure(f"casia-{family}1.{n}", "classes", scope="chinese") for n in (0, 2)]
        assert sum(parts) == figure(f"casia-{family}1.0", "classes", scope=f"{family}1.x chinese")


def test_partitions_and_fields_of_sd19_add_up() -> None:
    partitions = [figure("nist-sd19", "samples", scope=f"hsf_{n}") for n in (0, 1, 2, 3, 4, 6, 7)]
    fields = ("digit fields", "upper-case field", "lower-case field", "Constitution field")
    exact = max(figures(card("nist-sd19"), "samples"))
    assert sum(partitions) == exact
    assert sum(figure("nist-sd19", "samples", scope=field) for field in fields) == exact
    assert figure("nist-sd19", "samples", "test") == partitions[4]


def test_archives_hold_one_file_a_writer() -> None:
    for id in ("casia-hwdb1.0", "casia-hwdb1.1"):
        for part in ("train", "test"):
            members = [file.members or 0 for file in card(id).files if file.part == part]
            assert sum(members) == figure(id, "writers", part)


# The neighbours


NEIGHBOURS = {
    "bentham", "casia-ahcdb", "casia-icdar2013", "crohme", "cvl", "emnist", "etl8", "etl9", "gnhk",
    "hasyv2", "hit-or3c", "iam", "khatt", "kmnist", "kuzushiji-49", "kuzushiji-kanji", "mnist",
    "mthv2", "omniglot", "qmnist", "read2016", "read2017", "rimes", "scut-ept", "scut-hccdoc",
}  # fmt: skip


def test_the_neighbours_are_there() -> None:
    assert set(load()) >= NEIGHBOURS


def test_sources_that_disagree_stand_side_by_side() -> None:
    assert figures(card("emnist"), "samples", scope="Letters") == {145_600, 103_600}
    assert figures(card("kuzushiji-kanji"), "samples") == {140_424, 140_426}
    assert figures(card("mthv2"), "characters") == {1_081_678, 1_081_663}
    assert figures(card("casia-ahcdb"), "classes") == {10_350, 10_658, 12_229}
    assert figures(card("cvl"), "writers") == {310, 311}


def test_figures_of_the_neighbours_fit_together() -> None:
    sd19, emnist, qmnist = (card(id) for id in ("nist-sd19", "emnist", "qmnist"))
    assert figures(emnist, "samples") <= figures(sd19, "samples")
    assert figures(qmnist, "samples", scope="xnist") == figures(
        sd19, "samples", scope="digit fields"
    )
    assert figure("mnist", "samples", "train") == figure("qmnist", "samples", "train")
    or3c = card("hit-or3c")
    assert figures(or3c, "samples", "train") == {122 * 6_825}
    assert figure("etl9", "samples") == 200 * figure("etl9", "classes")
    scopes = ("common Chinese", "signs", "Chinese outside HWDB1.x")
    assert figure("scut-ept", "classes") == sum(
        figure("scut-ept", "classes", scope=scope) for scope in scopes
    )
    split = "split of the copy IAM-line"
    parts = [figure("iam", "lines", part, split) for part in ("train", "validation", "test")]
    assert figure("iam", "lines", scope=split) == sum(parts)


def test_terms_that_forbid_passing_on_are_not_softened_by_a_copys_tag() -> None:
    for id in ("scut-ept", "scut-hccdoc", "etl8", "etl9", "ardis", "kondate"):
        assert card(id).licence.redistribution == "no"
    for id in ("rimes", "mnist", "emnist", "hit-or3c", "iam", "iam-ondb", "khatt", "mthv2"):
        assert card(id).licence.redistribution == "unclear"
    for id in ("kmnist", "omniglot", "gnhk"):
        assert card(id).licence.redistribution == "yes"


def test_terms_that_only_others_tell_settle_nothing() -> None:
    told = [
        found.licence
        for found in load().values()
        if "second-hand" in found.licence.name or "tag of the copy" in found.licence.name
    ]
    assert len(told) >= 12
    for licence in told:
        assert (licence.redistribution, licence.commercial) == ("unclear", "unclear"), licence.name


def test_an_answer_is_what_all_statements_allow_that_a_name_tells() -> None:
    earns_nothing = open_to_all = 0
    for found in load().values():
        licence = found.licence
        if "second-hand" in licence.name or "tag of the copy" in licence.name:
            continue
        if re.search(r"-NC\b|non-commercial", licence.name):
            earns_nothing += 1
            assert licence.commercial in ("no", "conditional"), licence.name
        elif re.fullmatch(r"CC BY(-SA)? [34]\.0|CC0 1\.0", licence.name):
            open_to_all += 1
            assert (licence.redistribution, licence.commercial) == ("yes", "yes"), licence.name
    assert earns_nothing >= 15 and open_to_all >= 40


# Asking


def test_a_card_is_readable_when_one_of_its_formats_is_known() -> None:
    found = card("casia-icdar2013")
    assert found.readable({"pot"}) and found.readable(["x", "gnt"])
    assert not found.readable(()) and not found.readable({"png", "POT"})
    assert (found.state({"gnt"}), found.state(())) == ("readable, gettable", "gettable")
    assert card("kmnist").state({"idx": "module"}).startswith("readable")
    assert card("semeion").state({"idx": "module"}) == "gettable"
    assert (card("iam").state(READERS), card("iam").gettable) == ("readable", False)
    assert card("rimes").state(READERS) == "card only"
    assert card("mnist").state(READERS) == "readable"
    assert card("casia-hwdb1.1").readable(READERS)
    assert card("penline-sample").readable(READERS)
    for id in ("rimes", "khatt", "gnhk", "scut-hccdoc", "read2016"):
        assert not card(id).readable(READERS)


def test_the_first_cards_are_there() -> None:
    casia = [f"casia-{o}hwdb{v}.{n}" for o in ("", "ol") for v in (1, 2) for n in range(3)]
    assert set(casia) | {"nist-sd19", "penline-sample"} <= set(load())
    assert list(load()) == sorted(load())


def test_a_card_that_tells_of_addresses_is_gettable() -> None:
    for found in load().values():
        data = [file for file in found.files if file.role == "data"]
        assert found.gettable == any(found.urls(file) for file in data)
        assert found.state(()) == ("gettable" if found.gettable else "card only")


def test_only_the_sample_is_simulated_and_may_be_passed_on() -> None:
    for found in load().values():
        assert found.simulated == (found.id == "penline-sample")
        if found.id.startswith(("casia-hwdb1", "casia-hwdb2", "casia-olhwdb")):
            assert found.licence.redistribution == "no"
        elif found.id.startswith("casia-"):
            assert found.licence.redistribution == "unclear"


def test_the_most_trusted_figure_comes_first() -> None:
    first, second = card("casia-hwdb2.1").published("lines")
    assert (first.confidence, second.confidence) == ("calculated", "memory")
    assert card("casia-hwdb1.2").published("samples", "train") == ()


def test_an_unknown_id_names_its_neighbours() -> None:
    with pytest.raises(CatalogueError, match=r"casia-hwdb1\.1") as caught:
        card("CASIA-HWDB1.9")
    assert isinstance(caught.value, LookupError)
    assert card("CASIA-HWDB1.1") is card("casia-hwdb1.1")
    sets = ("-t", "1.0", "1.1", "1.2", "2.0", "2.1", "2.2")
    eight = ", ".join([*(f"casia-hwdb{name}" for name in sets), "uit-hwdb"])
    with pytest.raises(CatalogueError, match=f"near it: {re.escape(eight)} "):
        card("HWDB")
    for id in ("../load", "load.py", "", "nonsense"):
        with pytest.raises(CatalogueError, match="penline list"):
            card(id)


def test_what_load_returns_is_the_callers_own() -> None:
    load().clear()
    assert load()


def test_a_card_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        card("nist-sd19").title = "another"


# What a census needs


@every_card
def test_expected_writers_are_as_many_as_are_published(name: str) -> None:
    found = card(name.removesuffix(".md"))
    for expected in found.writers.expected if found.writers else ():
        absent = {
            number
            for erratum in errata(found.id)
            if erratum.absent and erratum.part in ("all", expected.part)
            for number in expand(erratum.absent)
        }
        assert absent <= set(expected.all)
        assert len(expected.all) - len(absent) in figures(found, "writers", expected.part)


@every_card
def test_an_alphabet_has_as_many_characters_as_there_are_classes(name: str) -> None:
    found = card(name.removesuffix(".md"))
    if found.alphabet:
        assert len(alphabet(found.alphabet)) in figures(found, "classes")


def test_the_alphabets_are_those_of_the_real_files() -> None:
    assert len(alphabet(("gb2312-level-1",))) == 3_755
    assert len(CASIA_SYMBOLS) == len(set(CASIA_SYMBOLS)) == 171
    assert "一" in alphabet(("gb2312-level-1",)) and "鬯" not in alphabet(("gb2312-level-1",))
    place = REAL / "casia" / "001.pot"
    if not place.is_file():
        pytest.skip("the real file is absent")
    labels = {record.labels[0] for record in read(place)}
    assert {label for label in labels if not is_han(label)} == set(CASIA_SYMBOLS)
    assert len(labels & alphabet(("gb2312-level-1",))) == figure(
        "casia-olhwdb1.0", "classes", scope="level-1"
    )


def test_scopes_match_the_names_that_publishers_give() -> None:
    for id, scope, name in (
        ("nist-sd19", "hsf_4", "hsf_4"),
        ("nist-sd19", "digit fields", "d0000_14"),
        ("nist-sd19", "Constitution field", "c0000_14.mis"),
        ("emnist", "everything", "emnist-byclass-train-images-idx3-ubyte.gz"),
        ("emnist", "Letters", "emnist-letters-test-images-idx3-ubyte.gz"),
        ("qmnist", "xnist", "xnist-images-idx3-ubyte.xz"),
        ("casia-icdar2013", "offline", "C001-f-f.gnt"),
        ("casia-icdar2013", "online text", "C001-P16.wptt"),
    ):
        said = card(id).scopes
        assert [other for other in said if re.fullmatch(said[other], name)] == [scope]


def test_a_round_figure() -> None:
    (count,) = card("nist-sd19").published("writers")
    assert count.rounded and count.value == 3_600
    assert [count.met_by(found) for found in (3_549, 3_550, 3_600, 3_650, 3_651)] == [
        *(False, True, True, True, False)
    ]


# Errata


def test_errata_cite_sources_of_their_card() -> None:
    known = {id: errata(id) for id in ids()}
    assert {id for id, found in known.items() if found} == {"casia-hwdb2.0", "casia-olhwdb2.2"}
    files = [file.name for file in FOLDER.joinpath("errata").iterdir()]
    assert {name.removesuffix(".yaml") for name in files if name.endswith(".yaml")} <= set(ids())
    for id, found in known.items():
        for erratum in found:
            assert erratum.evidence in card(id).sources
            assert (erratum.evidence == "memory") == (erratum.confidence == "memory")
            assert erratum.defect in page.card_page(card(id), READERS)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- [", "errata"),
        ("{}", "tuple"),
        ("[]", "at least 1"),
        ("- {defect: d, evidence: s, confidence: official, fix: skip}", "member"),
        ("- {defect: d, evidence: s, confidence: official, fix: note, record: 3}", "member"),
        ("- {defect: d, evidence: s, confidence: official, fix: mend, member: a}", "fix"),
        (
            "- {defect: d, evidence: s, confidence: official, fix: {relabel: 永}, member: a}",
            "which",
        ),
        (
            "- {defect: d, evidence: s, confidence: official, fix: {relabel: ab}, member: a,"
            " record: 1}",
            "relabel",
        ),
        ("- {defect: d, evidence: s, confidence: official, fix: note, absent: 9-1}", "absent"),
        ("- {defect: d, evidence: s, confidence: official, fix: note, absent: '9-1'}", "backwards"),
        ("- {defect: d, evidence: s, confidence: surely, fix: note}", "confidence"),
        ("- {defect: d, confidence: official, fix: note}", "evidence"),
        ("- !!python/object/apply:os.getcwd []", "python"),
    ],
)
def test_errata_that_are_not_sound_are_refused(text: str, complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint) as caught:
        parse_errata(text, "errata/x.yaml")
    assert str(caught.value).startswith("errata/x.yaml: ")


def glyphs(file: str, text: str) -> list[GlyphRecord]:
    source = Source(file, "casia:001")
    pixels = np.zeros((1, 1), np.uint8)
    return [GlyphRecord(c, b"", pixels, 0, source, i, 10 * i) for i, c in enumerate(text)]


def test_errata_correct_records_where_they_lie() -> None:
    known = parse_errata(
        """
- {archive: A.zip, member: a.gnt, record: 1, defect: d, evidence: s, confidence: official,
   fix: {relabel: 和}}
- {member: b.gnt, offset: 20, defect: d, evidence: s, confidence: official, fix: skip}
- {member: c.gnt, defect: d, evidence: s, confidence: official, fix: skip}
""",
        "x",
    )
    records: list[object] = []
    for file in ("x/A.zip::f/a.gnt", "B.zip::a.gnt", "b.gnt", "d/c.gnt"):
        records += glyphs(file, "永永永")
    records.insert(7, Defect("b.gnt", 25, 2, "f", "e", "f"))
    counts: Counter[Erratum] = Counter()
    kept = list(apply(records, known, counts))
    assert "".join(getattr(one, "character", "!") for one in kept) == "永和永永永永永!永"
    assert [counts[erratum] for erratum in known] == [1, 1, 3]
    assert list(apply(records, ())) == records


# The user's own cards


def test_folders_of_cards_are_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        (folder / "errata").mkdir(parents=True)
    own = text_of("penline-sample.md")
    (one / "my-set.md").write_text(own.replace("id: penline-sample", "id: my-set"), "utf-8")
    for folder, title in ((one, "first"), (two, "second")):
        text = text_of("casia-hwdb2.0.md").replace("title: CASIA-HWDB2.0", f"title: {title}")
        (folder / "casia-hwdb2.0.md").write_text(text, "utf-8")
    entry = "- {defect: D, evidence: observed, confidence: official, fix: note}"
    (two / "errata" / "casia-hwdb2.0.yaml").write_text(entry, "utf-8")
    (two / "errata" / "casia-olhwdb2.2.yaml").write_text(entry, "utf-8")
    (two / "README.md").write_text("no card", "utf-8")
    before = ids()
    monkeypatch.setenv("PENLINE_CARDS", os.pathsep.join([str(one), str(two)]))
    assert set(ids()) == {*before, "my-set"}
    assert card("casia-hwdb2.0").title == "second"
    assert [erratum.defect for erratum in errata("casia-hwdb2.0")] == ["D"]
    with pytest.raises(CatalogueError, match="observed"):  # added to penline's own, whose card
        errata("casia-olhwdb2.2")  # has no such source
    monkeypatch.setenv("PENLINE_CARDS", str(tmp_path / "none"))
    with pytest.raises(CatalogueError, match="PENLINE_CARDS names"):
        ids()
    monkeypatch.delenv("PENLINE_CARDS")
    assert ids() == before
    assert card("casia-hwdb2.0").title == "CASIA-HWDB2.0"


def test_a_bad_card_of_a_folder_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own = text_of("mnist.md")
    (tmp_path / "my-set.md").write_text(own.replace("id: mnist", "id: my-set"), "utf-8")
    bent = own.replace("id: mnist", "id: bent").replace("  - http", "  - x", 1)
    (tmp_path / "bent.md").write_text(bent.replace("title:", "titel:", 1), "utf-8")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "other.md").write_text(own, "utf-8")
    before = load()
    monkeypatch.setenv("PENLINE_CARDS", str(tmp_path))
    for _ in range(2):
        assert load().keys() == {*before, "my-set"}
    one, folder, other = caplog.messages
    assert one.startswith(f"{tmp_path / 'bent.md'}: title: it is missing; homepages.0: expected ")
    assert one.endswith("; titel: a card has no such field; this card is left out")
    assert folder.startswith(f"{tmp_path / 'folder.md'}: cannot be read: ")
    assert "its id is 'mnist', its name says 'other'" in other
    with pytest.raises(CatalogueError, match=r"bent\.md: title: it is missing"):
        card("bent")


# Cards that are not sound


def changed(old: str, new: str) -> str:
    text = text_of("casia-hwdb1.1.md")
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("---\n", "", "front matter"),
        ("\n---\n", "\n", "front matter"),
        ("id: casia-hwdb1.1", "id: [", "not YAML"),
        ("id: casia-hwdb1.1", "id: !!python/object/apply:os.getcwd []", "not YAML"),
        ("id: casia-hwdb1.1", "id: Casia", "id"),
        ("title: CASIA-HWDB1.1", "titel: CASIA-HWDB1.1", "titel"),
        ("value: 1172907", "value: 1172907.5", "value"),
        ("value: 1172907", 'value: "1172907"', "value"),
        ("value: 1172907", "value: -1", "value"),
        ("value: 1172907", "value: null", "no figure has neither"),
        ("year: 2011", "year: 99999", "9999"),
        ('redistribution: "no"', "redistribution: no", "redistribution"),
        ("simulated: false", 'simulated: "false"', "simulated"),
        ("source: nlpr-offline", "source: nlpr-ofline", "nlpr-ofline"),
        ("md5: 72bac7b6", "md5: 72bac7b", "md5"),
        ("path: Offline/CharData/Gnt1.1Test.zip", "path: ../Gnt1.1Test.zip", "must be relative"),
        ("path: Offline/CharData/Gnt1.1Test.zip", "path: Offline/other.zip", "must be relative"),
        ("/databases/Download/\n", "/databases/Download\n", "slash"),
        ("[gb2312-level-1, casia", "[gb2312-level-3, casia", "alphabet"),
        ("numbers: 1001-1240", "numbers: 1240-1001", "backwards"),
        ("numbers: 1001-1240", "numbers: '1001-1240, 1005'", "twice"),
        ("numbers: 1001-1240", "numbers: 1-999999", "too far"),
        ("part: test, numbers", "part: train, numbers", "one part"),
        ("formats: [gnt]", "scopes: {nowhere: x}\nformats: [gnt]", "nowhere"),
        ("formats: [gnt]", "scopes: {everything: '('}\nformats: [gnt]", "everything"),
    ],
)
def test_a_card_that_is_not_sound_is_refused(old: str, new: str, complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint) as caught:
        parse(changed(old, new), "bent.md")
    assert str(caught.value).startswith("bent.md: ")


def test_two_files_of_one_name_are_refused() -> None:
    text = changed("Gnt1.1TrainPart2.zip, path: Offline/CharData/Gnt1.1TrainPart2.zip", "X")
    text = text.replace("name: X", "name: Gnt1.1Test.zip, path: Offline/CharData/Gnt1.1Test.zip")
    with pytest.raises(CatalogueError, match="same name"):
        parse(text, "bent.md")


# The page


def test_the_pages_are_what_the_cards_say() -> None:
    made = site.pages(READERS)
    assert set(made) == {path.name for path in PAGES.glob("*.md")}
    for name, text in made.items():
        wanted = "make it again: python tools/make_docs.py"
        assert (PAGES / name).read_text(encoding="utf-8") == text, wanted


def test_the_page_says_where_no_rule_finds_the_writers() -> None:
    assert card("iam").writers is None
    assert "no rule that finds them" in page.card_page(card("iam"), READERS)
    assert "Writers are `cvl:<number>`" in page.card_page(card("cvl"), READERS)
    assert "classes from 1: ا" in page.card_page(card("ahcd"), READERS)
    assert "classes from 0: ٠" in page.card_page(card("adbase-madbase"), READERS)


def test_the_pages_show_every_card_and_figure() -> None:
    made = site.pages(READERS)
    assert len(made) == len(load()) + len(scripts()) + 2
    for found in load().values():
        text = made[f"{found.id}.md"]
        assert text.startswith(f"# {found.id}\n")
        assert f"[{found.id}]({found.id}.md)" in made["index.md"]
        assert all(f"{count.value:,}" in text for count in found.counts if count.value is not None)
        assert all(f"`{file.path or file.name}`" in text for file in found.files)
        assert found.licence.summary in text
        assert all(advice in text for advice in found.advice)
        assert "\n## Commands\n\n" in text
        assert ("penline get " in text.partition("\n## Sources")[0]) >= found.gettable


def test_the_pages_tell_where_sources_disagree() -> None:
    made = site.pages(READERS)
    assert sum("\n### Where sources disagree\n" in text for text in made.values()) > 10
    for found in load().values():
        said = made[f"{found.id}.md"].partition("### Where sources disagree\n")[2]
        values = figures(found, "samples")
        exact = {c.value for c in found.published("samples", "all", "everything") if not c.rounded}
        if len(values) > 1 and len(exact) == len(values):
            assert all(f"{value:,} (" in said for value in values), found.id
