"""The one table of what is fuzzed. Readers get in by themselves: through `formats.READERS`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fuzz import collections, on_disk, sets, sheets, tables
from fuzz.checks import MIB, check_reader, check_strict
from fuzz.repair import blocks, chunks, mend_png, mend_tar
from fuzz.unpacked import check_classes, check_compressed, check_picture, check_png
from penline.bank.layout import GLYPHS, HEADER, INK
from penline.formats import READERS, idx, mis, reader_for
from penline.formats.byte_source import ByteSource, MappedBytes
from penline.records import Source

__all__ = ["SEEDS", "TARGETS", "Target"]

SEEDS = on_disk.SEEDS

_PAGE_BYTES = 300 * MIB
"""What lines and strips may take that are unpacked when they are asked for."""
SLACK_BYTES: dict[str, int] = dict.fromkeys(("dgrl", "dgr", "mis", "pct"), _PAGE_BYTES)

WORDS: dict[str, tuple[bytes, ...]] = {
    "dgrl": (b"DGR\0", b"DGRL\0", b"GB\0", b"ASCII\0", b"\xff\xff"),
    "ptts": (b"PTTS\0", b"WPTT\0", b"short\0", b"unsigned short\0", b"\xff\xff"),
    "mpf": (b"MPF\0", b"GB\0", b"unsigned char\0"),
    "pot": (b"\xff\xff\0\0", b"\xff\xff\xff\xff"),
    "mis": (b"288\0", b"8\0", b"2\0", b"\0\x10\x01\0\x10\x01"),
    "zip": (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"),
    "jsonl": (b'{"text":', b'"}\n', b"\\ud800", b"[[", b"NaN", b"\xef\xbb\xbf", b"\xe2\x80\x8b"),
    "tcs": (b"tcs\0", b"ASCII\0", b"GB\0", b"\xff\xff"),
    "inkml": (
        *(b"<traceGroup>", b"</traceGroup>", b"<trace>", b"</trace>", b"1 2, 3 4", b"-32769 0"),
        *(b'<annotation type="truth">', b"</annotation>", b"&#13;", b"<!DOCTYPE a>", b"&amp;"),
        *(b"<traceView>", b"</traceView>", b'traceDataRef="#s0"', b'xml:id="s0"', b"\xef\xbb\xbf"),
    ),
    "unipen": (
        *(b"\n.PEN_DOWN\n", b"\n.PEN_UP\n", b"\n.SEGMENT ", b"0:1-1:0", b"-32769", b"1.5", b'\\"'),
        *(b"\n.COORD X Y T\n", b"\n.INCLUDE a\n", b"\n.KEYWORD .A\n", b"CHARACTER", b"WORD"),
    ),
    "tar": (b"ustar\0", b"x", b"L", b"S", b"9 size=1\n", b"12 path=abc\n", b"\x80" + b"\xff" * 7),
    "png": (b"IHDR", b"IDAT", b"IEND", b"PLTE", b"tRNS", b"acTL", b"eXIf", b"iCCP"),
    "npy": (b"\x93NUMPY\x01\0", b"'descr': '|O'", b"(1000000000,)", b"True", b"'<U9'", b"(0,)"),
    "mat": (b"\x0e\0\0\0", b"\x0f\0\0\0", b"\x05\0\x04\0", b"\xff\xff\xff\x7f", b"IM", b"MI"),
    "boxes": (
        *(b'"bbox": [0, 0, 1e9, 1]', b'"points": [[0, 0], [9, 9]]', b"NaN", b"[[[[", b"null"),
        *(b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"<Glyph>", b"</Word>", b"U+110000", b"-1"),
        *(b"<annotation>", b"<bndbox>", b"<xmin>1e9</xmin>", b'<box xtl="-1"', b"\n0 0.5 0.5 1 1"),
        *(b'"rectanglelabels": ["a"]', b'"rotation": 1', b'"value": {"x": NaN}', b'"result": [[]]'),
    ),
    "page-xml": (
        *(b'points="-1,-1 9,9 9,1"', b'points="1e9,1 NaN,2"', b"<Point x='1' y='2'/>", b"&#0;"),
        *(b"<!DOCTYPE a>", b"<TextLine>", b"</TextRegion>", b'index="-1"', b'regionRef="r1"'),
        *(b'<UserDefined><UserAttribute name="penline:alto" value="&lt;a/&gt;"/></UserDefined>',),
        *(b'custom="readingOrder {index:3;}"', b"<TextEquiv><Unicode>", b"userId='1'"),
    ),
    "alto": (
        *(
            b'POINTS="1 2 3"',
            b'BASELINE="7"',
            b'BASELINE="1 1 9 1"',
            b"<SP/>",
            b"<HYP CONTENT='-'/>",
        ),
        *(b'TAGREFS="T0 T9"', b"<MeasurementUnit>mm10", b'WIDTH="-1"', b'HPOS="1e9"', b"&b;"),
        *(b'<OtherTag ID="T0" TYPE="penline" LABEL="page"><XmlData><carried>', b"<!ENTITY"),
    ),
    "iam": (b" ok ", b" err ", b"a01-000u-00", b"|", b'writer-id="000"', b"<line id=", b"#"),
    "picture": (b"\xff\xd9", b"\xff\xc0\0\x11\x08", b"BM", b"GIF89a", b"VP8L", b"VP8X", b"MM\0*"),
    "lists": (
        *(b"\t", b"../1.png", b"/etc/passwd", b'"', b"1.png\t", b"\xff\xfe", b"\\ud800", b"\0"),
        *(b'{"path": ', b'"writer": null', b"[[[[", b"image-000000002", b"PAR1", b"ARROW1"),
    ),
    "classes": (b"\t", b",", b'{"1": "', b'["', b"U+4E00", b"0x41", b"id,char\n", b"\xef\xbb\xbf"),
    "leaf": (b'"user_data"', b'"x": [[', b"]], ", b"1e999", b"nan", b'"\\ud800"', b"[[[[", b"\\"),
    "uji": (b"WORD a trn_UJI_W01-01", b"NUMSTROKES 2", b"POINTS 1 # 1 -32769", b"// x", b"tst_"),
    "names": (
        b"U+4E00",
        b"0x",
        b"%3A",
        b"_upper",
        b"{label}",
        b"{label:hex}",
        b"/",
        b"../",
        b"\xff",
    ),
    "yaml": (b"&a ", b"*a", b"<<: ", b"!!python/none ", b"- ", b": ", b"2026-02-30", b"0x", b"[{"),
}
WORDS |= {"dgr": WORDS["dgrl"], "wptt": WORDS["ptts"], "pct": WORDS["mis"]}


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that is fuzzed.

    Attributes:
        name: also that of its folder of seeds.
        check: holds one input; raises `Finding`, or lets out what should not have got out.
        modules: those whose lines count as its coverage.
        places: where the records of an input begin, so that bends fall on headers.
        words: what the format's fields may hold.
        repair: makes checksums right again, so that a bend gets past them.
    """

    name: str
    check: Callable[[bytes], None]
    modules: tuple[str, ...]
    places: Callable[[bytes], Sequence[int]] = lambda content: ()  # noqa: ARG005
    words: tuple[bytes, ...] = ()
    repair: Callable[[bytes], bytes] | None = None

    def seeds(self) -> list[bytes]:
        """Sound files made by the tests' writers, in order of their names."""
        folder = SEEDS / self.name
        return [file.read_bytes() for file in sorted(folder.glob("*.bin"))]


def _reader(kind: str) -> Target:
    source = Source(f"x.{kind}", "unknown:x")

    def check(content: bytes) -> None:
        check_reader(reader_for(kind), content, source, SLACK_BYTES.get(kind, 4 * MIB))

    def places(content: bytes) -> Sequence[int]:
        return _starts(kind, content)

    module = READERS[kind].place.partition(":")[0]
    return Target(kind, check, _modules(module), places, WORDS.get(kind, ()))


def _modules(module: str) -> tuple[str, ...]:
    """A reader's module and those that do its work."""
    helpers = {
        "gnt": ("grey",),
        "gntx": ("grey",),
        "dgrl": ("dgrl_lines", "dgrl_rescue"),
        "ptts": ("ink",),
        "mis": ("ihead", "g4"),
        "ihead": ("g4",),
        "inkml": ("inkml_page", "inkml_trace"),
        "unipen": ("unipen_sheet", "unipen_text"),
    }
    room, _, name = module.rpartition(".")
    return (module, *(f"{room}.{helper}" for helper in helpers.get(name, ())))


@functools.lru_cache(maxsize=64)
def _starts(kind: str, content: bytes) -> tuple[int, ...]:
    """Where the reader itself finds records, sound ones and others; at most 64."""
    stream = MappedBytes("x", memoryview(content))
    starts: list[int] = []
    try:
        for record in reader_for(kind).salvage(stream, Source("x", "unknown:x")):
            starts.append(record.offset)
            if len(starts) == 64:
                break
    except Exception:  # noqa: BLE001  (a finding, but not one of the mutator's)
        return ()
    return tuple(sorted({start for start in starts if start <= len(content)}))


def _lines(content: bytes) -> Sequence[int]:
    """Where lines begin."""
    return [at + 1 for at, byte in enumerate(content[:4096]) if byte == 10][:64]


def _signatures(content: bytes) -> Sequence[int]:
    """Where the headers of a zip archive begin."""
    starts: list[int] = []
    at = content.find(b"PK")
    while at >= 0 and len(starts) < 64:
        starts.append(at)
        at = content.find(b"PK", at + 1)
    return starts


def _strict(
    name: str, read: Callable[[ByteSource], object], words: tuple[bytes, ...] = ()
) -> Target:
    """A reader that is strict only, of one value or of several."""

    def records(stream: ByteSource) -> list[object]:
        found = read(stream)
        return list(found) if isinstance(found, Iterator) else [found]

    module = idx if name.startswith("idx") else mis
    places = _lines if name in ("cls", "mit", "idx-mapping") else lambda _: (4, 8, 12, 16)
    check = functools.partial(_check_strict, records)
    return Target(name, check, (module.__name__,), places, words)


def _check_strict(read: Callable[[ByteSource], list[object]], content: bytes) -> None:
    check_strict(read, content)


_FORMATS = "penline.formats."
_PLACE = "penline.sources.pictures."
_PICTURES = tuple(_PLACE + name for name in ("decode", "deciding", "ink", "light", "planes"))


def _tables(*modules: str) -> tuple[str, ...]:
    return tuple(_FORMATS + module for module in modules)


def _eights(content: bytes) -> Sequence[int]:
    """Where the elements of a MATLAB file may begin."""
    return range(128, min(len(content), 640), 8)


_LMDB = ("penline.export.lmdb_read", "penline.sources.tables.encoded")
_WEB = ("penline.sources.tables.webdataset",)
_NAMES = tuple(_PLACE + name for name in ("labels", "pattern", "forms"))
_SETS = "penline.sources.tables."
_OF_SETS = {
    "set-list": (_SETS + "lists", _SETS + "manifests", _SETS + "naming"),
    "set-pairs": (_SETS + "pairs",),
    "set-parquet": (_SETS + "encoded", _FORMATS + "arrow_table"),
    "set-arrow": (_SETS + "encoded", _FORMATS + "arrow_table"),
    "set-writers": (_SETS + "written",),
}
_CUT = ("penline.sources.pages.cut", "penline.export.carried")
_BANK = ("penline.bank.read",)
_CORPUS = ("penline.corpus.files", "penline.corpus.text", "penline.corpus.normal")
_RECIPE = ("penline.recipe.schema", "penline.settings")
_CATALOGUE = ("penline.catalogue.loading", "penline.catalogue.model")
_ERRATA = ("penline.catalogue.errata",)


def _others() -> tuple[Target, ...]:
    corpus, disk = on_disk.check_corpus, on_disk
    return (
        _strict("idx-labels", idx.read_labels),
        _strict("idx-mapping", idx.read_mapping, (b" 1114111\n", b" 55296\n", b" 33 34\n")),
        _strict("cls", mis.read_classes),
        _strict("mit", mis.read_origins),
        Target(
            "zip",
            disk.check_zip,
            (_FORMATS + "zipped", _FORMATS + "zip_directory"),
            _signatures,
            WORDS["zip"],
        ),
        Target("packed", disk.check_packed, (_FORMATS + "packed",), lambda _: (5,)),
        Target("compressed", check_compressed, (_FORMATS + "compressed",), lambda _: (1,)),
        Target("tar", disk.check_tar, (_FORMATS + "tarred",), blocks, WORDS["tar"], mend_tar),
        Target("png", check_png, (_FORMATS + "png",), chunks, WORDS["png"], mend_png),
        Target("picture", check_picture, _PICTURES, words=WORDS["picture"]),
        Target("classes", check_classes, (_PLACE + "class_map",), _lines, WORDS["classes"]),
        Target(
            "bank-header", disk.bank_check(HEADER), _BANK, words=(b"-1", b"1e999", b'"\\ud800"')
        ),
        Target("bank-ink", disk.bank_check(INK), _BANK, words=(b"ARROW1", b"\xff\xff\xff\xff")),
        Target("bank-glyphs", disk.bank_check(GLYPHS), _BANK, words=(b"ARROW1", b"\xff" * 4)),
        Target("corpus-txt", corpus(".txt"), _CORPUS, _lines, WORDS["jsonl"]),
        Target("corpus-jsonl", corpus(".jsonl"), _CORPUS, _lines, WORDS["jsonl"]),
        Target("corpus-gz", corpus(".jsonl.gz"), _CORPUS, words=(b"\x1f\x8b\x08\0",)),
        Target("pixel-csv", tables.check_pixel_csv, _tables("pixel_csv", "text_lines"), _lines),
        Target("text-rows", tables.check_text_rows, _tables("csv_rows", "text_lines"), _lines),
        Target("npy", tables.check_npy, _tables("npy"), words=WORDS["npy"]),
        Target("npy-labels", tables.check_npy_labels, _tables("npy"), words=WORDS["npy"]),
        Target("mat", tables.check_mat, _tables("mat"), _eights, WORDS["mat"]),
        Target("arrow", tables.check_arrow, _tables("arrow_table"), words=(b"PAR1", b"ARROW1")),
        Target("leaf", collections.check_leaf, _tables("leaf"), words=WORDS["leaf"]),
        Target("uji", collections.check_uji, _tables("uji"), _lines, WORDS["uji"]),
        Target("lmdb", collections.check_lmdb, _LMDB, lambda _: (0, 16, 4096, 4112, 8192, 8208)),
        Target("webdataset", collections.check_webdataset, _WEB, blocks, WORDS["tar"], mend_tar),
        Target("names", collections.check_names, _NAMES, _lines, WORDS["names"]),
        Target("many", collections.check_many, (_PLACE + "pieces",), words=WORDS["picture"]),
        Target(
            "boxes", tables.check_boxes, _tables("page_boxes", "tool_boxes"), _lines, WORDS["boxes"]
        ),
        Target(
            "page-xml",
            sheets.check_page_xml,
            (*_tables("page_xml", "text_page", "xml_tree"), *_CUT),
            _lines,
            WORDS["page-xml"],
        ),
        Target("alto", sheets.check_alto, _tables("alto", "text_page"), _lines, WORDS["alto"]),
        Target("det-list", sheets.check_detection, _tables("page_lists"), _lines, WORDS["boxes"]),
        Target("coco-lines", sheets.check_coco_lines, _tables("page_lists"), words=WORDS["boxes"]),
        Target("iam", sheets.check_iam, _tables("iam"), _lines, WORDS["iam"]),
        *(
            Target(name, check, _OF_SETS.get(name, _tables("csv_rows")), _lines, WORDS["lists"])
            for name, check in sets.checks()
        ),
        Target("dictionary", disk.check_dictionary, ("penline.export.paddleocr",), _lines),
        Target("recipe", disk.check_recipe, _RECIPE, _lines, WORDS["yaml"]),
        Target("card", disk.check_card, _CATALOGUE, _lines, WORDS["yaml"]),
        Target("errata", disk.check_errata, _ERRATA, _lines, WORDS["yaml"]),
    )


TARGETS: dict[str, Target] = {
    target.name: target for target in (*(_reader(kind) for kind in READERS), *_others())
}
"""Name -> target."""
