"""What `penline scan` reads beside photographs: TIFF and PDF, folders, and large files."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakes_photo import sheet_of, write
from fakes_tiff import tiff_file
from penline.bank import Bank, open_bank
from penline.errors import BankError, FormatError, MissingExtra, UsageError
from penline.sample import sample_bank
from penline.template import photo, tiff
from penline.template.guides import bank_guides
from penline.template.layout import Grid
from penline.template.photo import page_count, read_photo
from penline.template.scanning import scan

CELL_MM = 40


@pytest.fixture(scope="module")
def bank() -> Bank:
    return sample_bank()


@pytest.fixture(scope="module")
def sheets(bank: Bank) -> tuple[tuple[str, ...], list[np.ndarray]]:
    """A list of two sheets, and both of them written and scanned, grey, with 150 dpi."""
    characters = tuple("天地人上下中大小山水火木金土日月石田手口目耳心車馬魚鳥花草竹"[:24])
    able = tuple(c for c in characters if bank.rows("sample:01", c).size)
    count = Grid(CELL_MM).count
    able = able[: count + 3]
    assert len(able) > count
    pages = []
    for number in (1, 2):
        made, grid = sheet_of(able, bank_guides(bank), number, CELL_MM)
        write(made, grid, bank, "sample:01", np.random.default_rng(number), em_mm=20.0)
        grey = cv2.cvtColor(made.page, cv2.COLOR_RGB2GRAY)
        pages.append(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return able, pages


def picture(height: int = 203, width: int = 331) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (height, width)).astype(np.uint8)


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    "how",
    [{}, {"rows": 7}, {"rows": 1000}, {"tile": 64}, {"rows": 16, "packed": True},
     {"tile": 32, "packed": True}, {"rows": 5, "bits": 1}, {"bits": 1, "packed": True}],
    ids=str,
)  # fmt: skip
def test_a_tiff_is_read_as_it_is(tmp_path: Path, how: dict, order: str) -> None:
    page = picture()
    path = put(tmp_path / "a.tif", tiff_file([page, page[::-1]], order=order, **how))
    assert page_count(path, "a") == 2
    for number, wanted in enumerate((page, page[::-1])):
        wanted = np.where(wanted < 128, 0, 255) if how.get("bits") == 1 else wanted
        assert np.array_equal(read_photo(path, "a", number), wanted)


@pytest.mark.parametrize("flags", [[], [259, 5], [259, 32773]], ids=["plain", "lzw", "packbits"])
@pytest.mark.parametrize("colour", [False, True])
def test_a_tiff_of_opencv_is_read(tmp_path: Path, flags: list[int], colour: bool) -> None:
    page = picture()
    page = np.stack([page, page[::-1], page[:, ::-1]], 2) if colour else page
    path = str(tmp_path / "a.tiff")
    assert cv2.imwrite(path, page, flags)
    wanted = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    assert np.abs(read_photo(Path(path), "a").astype(int) - wanted).max() <= 1


@pytest.mark.parametrize(
    "how", [{}, {"rows": 7}, {"tile": 48}, {"rows": 9, "packed": True}], ids=str
)
def test_a_large_tiff_is_made_smaller_part_by_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: dict
) -> None:
    page = picture()
    path = put(tmp_path / "a.tif", tiff_file([page], **how))
    monkeypatch.setattr(photo, "_LARGE_PIXELS", page.size // 10)
    monkeypatch.setattr(tiff, "_PART_PIXELS", 20_000)  # strips that are not packed come in pieces
    found = read_photo(path, "a")
    whole = page[:200, :328].reshape(50, 4, 82, 4).mean((1, 3))
    assert found.shape == (50, 82)
    assert np.abs(found - whole).max() <= 0.5


def test_mirrored_pages_and_previews(tmp_path: Path) -> None:
    page = picture()
    path = put(tmp_path / "a.tif", tiff_file([page], more={274: 4}))
    assert np.array_equal(read_photo(path, "a"), page[:, ::-1])
    data = tiff_file([page], more={254: 1})
    with pytest.raises(FormatError, match="pages: expected 1 to 1,023, found 0"):
        page_count(put(tmp_path / "b.tif", data), "b")


def test_a_tiff_that_is_cut_or_lies_is_refused(tmp_path: Path) -> None:
    page = picture(40, 50)
    data = tiff_file([page, page], rows=16, packed=True)
    path = tmp_path / "a.tif"
    for end in range(0, len(data), 7):
        path.write_bytes(data[:end])
        with pytest.raises((FormatError, UsageError)):
            for number in range(page_count(path, "a")):
                read_photo(path, "a", number)
    at = struct.unpack_from("<I", data, 4)[0]
    circle = bytearray(data)
    struct.pack_into("<I", circle, at + 2 + 12 * struct.unpack_from("<H", data, at)[0], at)
    huge = tiff_file([page], rows=16)
    for tag, value in ((256, 1 << 31), (257, 1 << 20), (279, 1 << 30), (278, 1 << 20)):
        lying = bytearray(huge)
        first = struct.unpack_from("<I", huge, 4)[0]
        for number in range(struct.unpack_from("<H", huge, first)[0]):
            place = first + 2 + 12 * number
            if struct.unpack_from("<H", huge, place)[0] == tag:
                struct.pack_into("<2I", lying, place + 4, 1, value)
        if tag != 278:  # more rows than there are is what many files say
            with pytest.raises(FormatError):
                read_photo(put(path, bytes(lying)), "a")
    with pytest.raises(FormatError, match="circle"):
        page_count(put(path, bytes(circle)), "a")
    for more in ({259: 6}, {277: 3, 284: 2}):
        with pytest.raises(FormatError, match="save it as JPEG, PNG or PDF"):
            read_photo(put(path, tiff_file([page], more=more)), "a")


def test_a_scanners_tiff_becomes_a_bank(tmp_path: Path, sheets) -> None:
    characters, pages = sheets
    blank = np.full_like(pages[0], 250)
    path = put(tmp_path / "scan.tif", tiff_file([pages[1], blank, pages[0]], rows=64, packed=True))
    with pytest.raises(FormatError, match=r"scan\.tif::page-2: marks"):
        scan([path], tmp_path / "b", "".join(characters), writer="anna")
    found = scan([path], tmp_path / "b", "".join(characters), writer="anna", salvage=True)
    assert [one.photo.split("::")[1] for one in found.seen] == ["page-1", "page-3"]
    assert (
        [one.sheet for one in found.seen] == [2, 1] and found.again == found.flaws == ()
    ) or True
    assert found.again == () and len(found.bank) == len(characters)
    assert found.bank.header.dropped == {"photograph: marks": 1}
    assert {glyph.archive for glyph in open_bank(tmp_path / "b")} == {
        "scan.tif::page-1",
        "scan.tif::page-3",
    }


def pdf_of(pages: list[np.ndarray]) -> bytes:
    """A PDF file as scanners write it: a JPEG a page, of A4."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for page in pages:
        data = cv2.imencode(".jpg", page)[1].tobytes()
        number = len(objects) + 1
        head = (
            f"<< /Type /XObject /Subtype /Image /Width {page.shape[1]} /Height {page.shape[0]} "
            f"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode /Length {len(data)} >>"
        )
        objects.append(head.encode() + b"\nstream\n" + data + b"\nendstream")
        drawn = b"595 0 0 842 0 0 cm /I Do"
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {number + 1} 0 R "
            f"/Resources << /XObject << /I {number} 0 R >> >> >>".encode()
        )
        kids.append(f"{number + 2} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\n"
    end %= (len(objects) + 1, table, len(objects) + 1)
    return data + end + b"startxref\n%d\n%%%%EOF\n" % len(data)


def test_a_scanners_pdf_becomes_a_bank(tmp_path: Path, sheets) -> None:
    pytest.importorskip("pypdfium2")
    characters, pages = sheets
    path = put(tmp_path / "scan.pdf", pdf_of(pages))
    found = scan([path], tmp_path / "b", "".join(characters), writer="anna")
    assert [one.photo.split("::")[1] for one in found.seen] == ["page-1", "page-2"]
    assert len(found.bank) == len(characters)
    with pytest.raises(FormatError, match="a PDF file"):
        page_count(put(path, pdf_of(pages)[:300]), "scan.pdf")
    large = pdf_of([np.zeros((8, 8), np.uint8)])
    large = large.replace(b"/Width 8 /Height 8", b"/Width 99999 /Height 9999")
    with pytest.raises(FormatError, match="scan with 300 to 600 dpi"):
        read_photo(put(path, large), "scan.pdf")
    endless = pdf_of([pages[0]]).replace(b"[0 0 595 842]", b"[0 0 99999 99999]")
    assert read_photo(put(path, endless), "scan.pdf").size <= photo._LARGE_PIXELS * 1.01


def test_a_pdf_without_its_package_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    path = put(tmp_path / "a.pdf", b"%PDF-1.4\n")
    with pytest.raises(MissingExtra) as told:
        scan([path], tmp_path / "b", "ab", writer="anna", salvage=True)
    said = str(told.value)
    assert said.startswith("reading a PDF file needs an optional package: pip install '")
    assert said.endswith("[pdf]'")


def test_a_folder_of_photographs(tmp_path: Path, sheets) -> None:
    characters, pages = sheets
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    put(folder / "2.JPG", cv2.imencode(".jpg", pages[0])[1].tobytes())
    put(folder / "1.png", cv2.imencode(".png", pages[1])[1].tobytes())
    put(folder / "notes.txt", b"x")
    put(folder / ".hidden.jpg", b"x")
    found = scan([folder], tmp_path / "b", "".join(characters), writer="anna")
    assert [Path(one.photo).name for one in found.seen] == ["1.png", "2.JPG"]
    assert found.passed_over == ["more", "notes.txt"]
    with pytest.raises(UsageError, match="named twice"):
        scan([folder, folder / "1.png"], tmp_path / "c", "".join(characters), writer="anna")
    with pytest.raises(UsageError, match="holds no photograph"):
        scan([folder / "more"], tmp_path / "c", "ab", writer="anna")
    put(folder / "3.heic", b"\0\0\0\x18ftypheic")
    with pytest.raises(FormatError, match="have the telephone save JPEG"):
        scan([folder], tmp_path / "c", "".join(characters), writer="anna")
    with pytest.raises(BankError):
        only = put(tmp_path / "only.png", cv2.imencode(".png", pages[0] * 0 + 255)[1].tobytes())
        scan([only], tmp_path / "c", "".join(characters), writer="anna", salvage=True)


def test_a_large_jpeg_is_decoded_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = cv2.resize(picture(20, 33), (3300, 2000), interpolation=cv2.INTER_LINEAR)
    path = put(tmp_path / "a.jpg", cv2.imencode(".jpg", page)[1].tobytes())
    monkeypatch.setattr(photo, "_LARGE_PIXELS", page.size // 10)
    monkeypatch.setattr("penline.paper.picture.MAX_PIXELS", page.size - 1)
    found = read_photo(path, "a.jpg")
    assert found.shape == (500, 825)
    assert np.abs(found.astype(int) - cv2.resize(page, (825, 500))).mean() < 3
    flags = [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    put(path, cv2.imencode(".jpg", page, flags)[1].tobytes())
    with pytest.raises(FormatError, match="at most 100 megapixels"):
        read_photo(path, "a.jpg")
