"""Small fakes of sets whose cards say how they are read, each as the card's cited source has it.

FAKES["cremma-medieval"](folder) writes it and gives what has to come out: the texts of its lines,
or the characters of its pictures. None looks at a card.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

FAKES: dict[str, Callable[[Path], list[str]]] = {}
TALL, WIDE = 400, 600


def put(folder: Path, name: str, content: bytes | str) -> None:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content.encode() if isinstance(content, str) else content)


def picture(
    name: str, marks: int = 1, shape: tuple[int, int] = (TALL, WIDE), paper: int = 255
) -> bytes:
    """A picture in the format of its name: paper, and a bar for each mark."""
    pixels = np.full(shape, paper, np.uint8)
    step = shape[1] // (marks + 1)
    for at in range(marks):
        left = step // 2 + at * step
        pixels[shape[0] // 4 : -shape[0] // 4, left : left + max(step // 3, 2)] = 255 - paper
    return cv2.imencode(name[name.rindex(".") :].lower(), pixels)[1].tobytes()


def box(at: int) -> tuple[int, int, int]:
    """Top, baseline and bottom of a line."""
    return 60 * at + 10, 60 * at + 50, 60 * at + 60


def alto(image: str, lines: Sequence[str]) -> str:
    """A page as eScriptorium exports it in ALTO 4: a block, lines with polygon and one string."""
    rows = ""
    for at, text in enumerate(lines):
        top, base, low = box(at)
        place = f'HPOS="20" VPOS="{top}" WIDTH="560" HEIGHT="50"'
        around = f"20 {top} 580 {top} 580 {low} 20 {low} 20 {top}"
        rows += (
            f'<TextLine ID="eSc_line_{at}" TAGREFS="LT8" BASELINE="20 {base} 580 {base}" {place}>'
            f'<Shape><Polygon POINTS="{around}"/></Shape>'
            f'<String CONTENT="{text}" {place}></String></TextLine>'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<alto xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Description>'
        "<MeasurementUnit>pixel</MeasurementUnit><sourceImageInformation>"
        f"<fileName>{image}</fileName></sourceImageInformation></Description><Tags>"
        '<OtherTag ID="BT7" LABEL="MainZone" DESCRIPTION="block type MainZone"/>'
        '<OtherTag ID="LT8" LABEL="DefaultLine" DESCRIPTION="line type DefaultLine"/></Tags>'
        "<Layout>"
        f'<Page WIDTH="{WIDE}" HEIGHT="{TALL}" PHYSICAL_IMG_NR="0" ID="eSc_dummypage_">'
        f'<PrintSpace HPOS="0" VPOS="0" WIDTH="{WIDE}" HEIGHT="{TALL}">'
        f'<TextBlock ID="eSc_textblock_1" TAGREFS="BT7">{rows}</TextBlock></PrintSpace></Page>'
        "</Layout></alto>"
    )


def page(
    image: str, lines: Sequence[str], year: str = "2019-07-15", creator: str = "escriptorium"
) -> str:
    """A page in PAGE XML: one region, lines with coordinates, baseline and text."""
    space = f"http://schema.primaresearch.org/PAGE/gts/pagecontent/{year}"
    rows = ""
    for at, text in enumerate(lines):
        top, base, low = box(at)
        around = f"20,{top} 580,{top} 580,{low} 20,{low}"
        rows += (
            f'<TextLine id="l_{at}" custom="structure {{type:default;}}">'
            f'<Coords points="{around}"/>'
            f'<Baseline points="20,{base} 580,{base}"/><TextEquiv><Unicode>{text}</Unicode>'
            "</TextEquiv></TextLine>"
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<PcGts xmlns="{space}">'
        f"<Metadata><Creator>{creator}</Creator></Metadata>"
        f'<Page imageFilename="{image}" imageWidth="{WIDE}" '
        f'imageHeight="{TALL}"><TextRegion id="r_1"><Coords points="10,5 590,5 590,390 10,390"/>'
        f"{rows}</TextRegion></Page></PcGts>"
    )


def fake(id: str) -> Callable[[Callable[[Path], list[str]]], Callable[[Path], list[str]]]:
    def keep(make: Callable[[Path], list[str]]) -> Callable[[Path], list[str]]:
        FAKES[id] = make
        return make

    return keep


def pages_at(
    id: str, *names: str, form: Callable[..., str] = alto, image: str = "", **more: str
) -> None:
    """A set of pages: XML files of these names, each with a picture beside it, or as `image`."""

    def make(folder: Path) -> list[str]:
        told: list[str] = []
        for at, name in enumerate(names):
            stem = name.rpartition("/")[2].rpartition(".")[0]
            shown = image.format(stem=stem) if image else name.rpartition(".")[0] + ".jpg"
            lines = [f"linea {at}a prima", f"linea {at}b altera"]
            put(folder, name, form(shown.rpartition("/")[2], lines, **more))
            put(folder, shown, picture(shown))
            told += lines
        return told

    FAKES[id] = make


def twins(id: str, stem: str, ending: str, *, normalised: bool) -> None:
    """A page with two files of ALTO, one of them with its signs brought to a table."""

    def make(folder: Path) -> list[str]:
        own, brought = ["ꝑ dieu ⁊ lui", "ꝯment"], ["p̱ dieu et lui", "coment"]
        shown = f"{stem}{ending}"
        put(folder, shown, picture(shown))
        put(folder, f"{stem}.xml", alto(Path(shown).name, own))
        put(folder, f"{stem}.chocomufin.xml", alto(Path(shown).name, brought))
        return brought if normalised else own

    FAKES[id] = make


twins(
    "cremma-medieval",
    "data/vaticane_reg_lat_1616-otinel/reg-lat-1616_093r",
    ".png",
    normalised=False,
)
twins("cremma-medii-aevi", "data/WettF0015/e-codices_109v_max", ".jpg", normalised=False)
twins("htromance-latin", "data/bnf-smith-16/btv1b10085734j-f23", ".jpg", normalised=True)
twins("htromance-french", "data/bnf-fr-104/btv1b90588354_f4", ".jpg", normalised=True)
pages_at(
    "fondue-mss-18",
    "data/AEG_211/CHAEG_RC_211_242.xml",
    "data/Arsenal_MS-10287/x_1.xml",
    image="data/AEG_211/{stem}.jpeg",
)
pages_at(
    "testaments-poilus", "data/batch-1/will_AD78_0003-1.xml", "data/batch-2/will_AN_0374-1.xml"
)
pages_at("lectaurep-repertoires", "data/lectaurep-rigault-6/FRAN_0187_16423_L-1.xml")
pages_at(
    "lectaurep-mariages", "lectaurep-cm1/FRAN_1_L.xml", "lectaurep-cm3/FRAN_3_L.xml", form=page
)
pages_at("iforal", "data/foral_a_1217/1.xml", "data/foral_b_1222/1.xml", form=page)
pages_at("copiste-dun-jour", "alto/wikitexte_0296.xml", image="jpg/{stem}.jpg")
pages_at("genauto-td", "sermaises/archives_05_0006.xml", "rom-1883-1892/r_1.xml")
pages_at("cremma-wikipedia", "data/batch-03/batch3_45.out.xml", image="data/batch-03/{stem}.png")
pages_at("rasam", "page/rasam1/A_0012.xml", form=page, year="2013-07-15", creator="Calfa")
pages_at("tarima", "page/mss/MMSH_0365.xml", "page/litho/B_0148.xml", form=page, year="2013-07-15")
pages_at(
    "chi-know-po",
    "page/Lishan_Wenxuan/FR67_0194.xml",
    form=page,
    year="2013-07-15",
    image="pictures/{stem}.jpg",
)


@fake("hooker")
def hooker(folder: Path) -> list[str]:
    """Transkribus's PAGE of 2013, all in one folder; a line without a text among them."""
    lines = ["My dear Sir", "", "many thanks"]
    put(
        folder,
        "JDH_2_16_145_001.xml",
        page("JDH_2_16_145_001.jpg", lines, "2013-07-15", "Transkribus"),
    )
    put(folder, "JDH_2_16_145_001.jpg", picture("a.jpg"))
    return ["My dear Sir", "many thanks"]


@fake("timeus")
def timeus(folder: Path) -> list[str]:
    """Pictures with blanks in their names; ALTO, PAGE and METS in folders of their own."""
    lines = ["Du dit jour huit", "entre les soussignés"]
    for name in ("PH 1858-10", "PH 1858-2 a"):
        put(folder, f"cph_1858/{name}.jpg", picture("a.jpg", len(name)))
        put(
            folder, f"cph_1858/alto/{name}.xml", alto(f"{name}.jpg", [f"{name} {x}" for x in lines])
        )
        put(
            folder, f"cph_1858/page/{name}.xml", page(f"{name}.jpg", [f"{name} {x}" for x in lines])
        )
    put(folder, "cph_1858/alto/METS.xml", '<mets xmlns="http://www.loc.gov/METS/"></mets>')
    return [f"{name} {line}" for name in ("PH 1858-10", "PH 1858-2 a") for line in lines]


@fake("gwalther")
def gwalther(folder: Path) -> list[str]:
    """Pictures, ALTO that names none, PAGE and texts, each in a folder of its own."""
    lines = ["Quis novus hic", "hospes est"]
    for name in ("1111637", "1111638"):
        own = [f"{name} {line}" for line in lines]
        put(folder, f"img/{name}.jpeg", picture("a.jpg", len(own[0])))
        put(folder, f"alto/{name}.xml", alto("", own))
        put(folder, f"page/{name}.xml", page(f"{name}.jpeg", own))
        put(folder, f"txt/{name}.txt", "\n".join(own))
    return [f"{name} {line}" for name in ("1111637", "1111638") for line in lines]


@fake("bullinger")
def bullinger(folder: Path) -> list[str]:
    """Lines as PNG, each with its text beside it, by language; and lists of all files above."""
    texts = {"de/6_00_r1l43": "Uwer frowen schick ich", "la/10127_00_r2l19": "ex litteris tuis"}
    for stem, text in texts.items():
        put(folder, f"{stem}.png", picture("a.png", 5, (60, 400)))
        put(folder, f"{stem}.txt", text)
    put(folder, "test.files.png.txt", "".join(f"{stem}.png\n" for stem in texts))
    return list(texts.values())


@fake("digital-peter")
def digital_peter(folder: Path) -> list[str]:
    """images/0_1_0.jpg with words/0_1_0.txt, and a table that maps names."""
    texts = {"0_1_0": "зело скоро писал", "20_16_1": "и послал к нему"}
    for stem, text in texts.items():
        put(folder, f"images/{stem}.jpg", picture("a.jpg", 6, (128, 700)))
        put(folder, f"words/{stem}.txt", text + "\n")
    put(folder, "mapper.csv", "new_name,old_name,train,public,private\n0_1_0,1_1,1,0,0\n")
    return list(texts.values())


@fake("bentham")
def bentham(folder: Path) -> list[str]:
    """Lines and texts in folders of their own; whole pages, PAGE of 2010 and lists besides."""
    texts = {"002_080_001_01_01": "the greatest happiness", "002_080_001_01_02": "of the number"}
    for stem, text in texts.items():
        put(folder, f"Images/Lines/{stem}.png", picture("a.png", 7, (80, 900)))
        put(folder, f"Transcriptions/{stem}.txt", text + "\n")
    put(folder, "Images/Pages/002_080_001.jpg", picture("a.jpg"))
    put(folder, "PAGE/002_080_001.xml", page("002_080_001.jpg", list(texts.values()), "2010-03-19"))
    put(folder, "Partitions/Train.lst", "002_080_001\n")
    return list(texts.values())


@fake("iam")
def iam(folder: Path) -> list[str]:
    """gt/words.txt: nine columns, comments before; img/a01/a01-000u/*.png."""
    rows = "#--- words.txt\n# a01-000u-00-00 ok 154 1 408 768 27 51 AT A\n"
    for at, word in enumerate(("MOVE", "to stop")):
        rows += f"a01-000u-00-0{at} ok 154 408 768 27 51 AT {word}\n"
        name = f"img/a01/a01-000u/a01-000u-00-0{at}.png"
        put(folder, name, picture(name, 3, (50, 150)))
    put(folder, "gt/words.txt", rows)
    return ["MOVE", "to stop"]


@fake("hmbd")
def hmbd(folder: Path) -> list[str]:
    """Dataset/Sin_Start/AHCR_00001_Sin_Start_70.jpg: 300 x 300, black on white."""
    classes = {
        "Sin_Start": "ﺳ",
        "Lam_Alf_Mad_End": "ﻶ",
        "Yaa_Middle": "ﻴ",
        "Alf_Isolated": "ﺍ",
        "Two": "٢",
    }
    for at, name in enumerate(classes):
        for turn in range(4):
            own = f"Dataset/{name}/AHCR_0000{turn}_{name}_{turn}.jpg"
            put(folder, own, picture(own, at % 3 + 1, (300, 300)))
    return [character for character in classes.values() for _ in range(4)]


@fake("ahcd")
def ahcd(folder: Path) -> list[str]:
    """A zip of test/id_1000_label_24.png, 32 x 32, white on black; labels 1, alef, to 28, yeh."""
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for number in range(1, 29):
            for turn in range(2):
                content = picture("a.png", number % 4 + 1, (32, 32), paper=0)
                file.writestr(f"test/id_{2 * number + turn}_label_{number}.png", content)
    put(folder, "Test Images 3360x32x32.zip", made.getvalue())
    return [letter for letter in letters for _ in range(2)]


@fake("kannada-mnist")
def kannada_mnist(folder: Path) -> list[str]:
    """X_kannada_MNIST_train.npz with `arr_0`, (n, 28, 28), and y_; the same as NPY besides."""
    told = []
    for part, count in (("train", 40), ("test", 20)):
        labels = (np.arange(count) * 3 % 10).astype(np.uint8)
        pictures = np.zeros((count, 28, 28), np.uint8)
        for one, label in zip(pictures, labels, strict=True):
            one[6:22, 4 : 7 + 2 * label] = 220
        for name, array in (("X", pictures), ("y", labels)):
            np.savez_compressed(folder / f"{name}_kannada_MNIST_{part}.npz", array)
            np.save(folder / f"{name}_kannada_MNIST_{part}.npy", array)
        told += [chr(0x0CE6 + int(label)) for label in labels]
    return told


@fake("traditional-chinese-aifree")
def aifree(folder: Path) -> list[str]:
    """自_0.png, 50 x 50: the character, then a number."""
    for at, character in enumerate("自由繁體"):
        for turn in range(5):
            name = f"cleaned_data(50_50)/{character}_{turn}.png"
            put(folder, name, picture(name, at + 1, (50, 50)))
    return [character for character in "自由繁體" for _ in range(5)]


@fake("adbase-madbase")
def madbase(folder: Path) -> list[str]:
    """MAHDBase_TrainingSet/Part01/writer001_pass01_digit0.bmp: 28 x 28, black on white."""
    told = []
    for writer in (1, 2, 61):
        for digit in range(10):
            folder_of = f"MAHDBase_TrainingSet/Part{writer // 60 + 1:02}"
            name = f"{folder_of}/writer{writer:03}_pass01_digit{digit}.bmp"
            put(folder, name, picture(name, digit % 3 + 1, (28, 28)))
            told.append(chr(0x0660 + digit))
    return told


@fake("dhcd")
def dhcd(folder: Path) -> list[str]:
    """Folders of names in `Train` and `Test`, light on dark, 32 x 32."""
    for side in ("Train", "Test"):
        for at, name in enumerate(("character_1_ka", "character_36_gya", "digit_0")):
            put(folder, f"{side}/{name}/10{at}.png", picture("a.png", at + 1, (32, 32), 0))
    return ["\u0915", "\u091c\u094d\u091e", "\u0966"] * 2


@fake("omniglot")
def omniglot(folder: Path) -> list[str]:
    """An alphabet a folder, a character a folder in it; the last number is the drawer's."""
    for character in (1, 2):
        for drawer in (1, 2):
            name = f"images_background/Greek/character{character:02}/039{character}_{drawer:02}.png"
            put(folder, name, picture(name, character, (105, 105)))
    return ["Greek/character01", "Greek/character02"] * 2


@fake("chinese-numbers")
def chinese_numbers(folder: Path) -> list[str]:
    """A list whose columns make up the names, light on dark, 64 x 64."""
    rows, told = "suite_id,sample_id,code,value,character\n", []
    for suite in (1, 2):
        for code, (value, character) in enumerate(
            ((0, "\u96f6"), (1, "\u4e00"), (100, "\u767e")), 1
        ):
            rows += f"{suite},1,{code},{value},{character}\n"
            put(
                folder, f"data/data/input_{suite}_1_{code}.jpg", picture("a.jpg", code, (64, 64), 0)
            )
            told.append(character)
    put(folder, "chinese_mnist.csv", rows)
    return told


DIGITS = {
    "bangla": "\u09e6\u09e7\u09e8\u09e9\u09ea\u09eb\u09ec\u09ed\u09ee\u09ef",
    "devanagari": "\u0966\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e\u096f",
    "telugu": "\u0c66\u0c67\u0c68\u0c69\u0c6a\u0c6b\u0c6c\u0c6d\u0c6e\u0c6f",
}


def cmaterdb(folder: Path) -> list[int]:
    """Two archives with `images` and `labels`, 32 x 32 in three colours, as TensorFlow Datasets
    reads them (cmaterdb.py); dark marks on white, wider from class to class."""
    told: list[int] = []
    for name, count in (("training-images.npz", 40), ("testing-images.npz", 20)):
        images = np.full((count, 32, 32, 3), 255, np.uint8)
        labels = np.arange(count) * 7 % 10
        for image, label in zip(images, labels, strict=True):
            image[8:24, 6 : 9 + 2 * label] = 20
        np.savez(folder / name, images=images, labels=labels)
        told += labels.tolist()
    return told


def cmaterdb_of(script: str) -> Callable[[Path], list[str]]:
    return lambda folder: [DIGITS[script][label] for label in cmaterdb(folder)]


for one in DIGITS:
    FAKES[f"cmaterdb-{one}-digits"] = cmaterdb_of(one)


@fake("hijja")
def hijja(folder: Path) -> list[str]:
    """A folder a letter, in it one a form: `26 ha/26.1/1.png`, 32 x 32, dark on light."""
    forms = {
        "1 alif/1.1": "\ufe8d",
        "1 alif/1.6": "\ufe88",
        "2 ba/2.2": "\ufe91",
        "10 ra/10.2": "\ufeae",
        "26 ha/26.1": "\ufeeb",
        "26 ha/26.4": "\ufee9",
        "29 hamza/29.5": "\ufe8c",
    }
    for at, place in enumerate(forms):
        for number in (1, 109):
            put(folder, f"{place}/{number}.png", picture("a.png", at % 3 + 1, (32, 32)))
    return [character for character in forms.values() for _ in range(2)]


@fake("tibetan-mnist")
def tibetan_mnist(folder: Path) -> list[str]:
    """0_10_100.jpg: digit, sheet, place on it; 350 x 350, white on black; and one `6.jpg`."""
    for digit in range(10):
        for sheet in (9, 10):
            name = f"TibetanMnist/{digit}_{sheet}_{100 + digit}.jpg"
            put(folder, name, picture(name, digit % 3 + 1, (350, 350), 0))
    put(folder, "TibetanMnist/6.jpg", picture("a.jpg", 1, (350, 350), 0))
    return [chr(0x0F20 + digit) for digit in range(10) for _ in range(2)]


@fake("mashtots")
def mashtots(folder: Path) -> list[str]:
    """Train/Train/<number of the class>/*, 64 x 64, light on dark; a table for the test."""
    told = {0: "\u0531", 24: "\u0548\u0582", 36: "\u0535\u057e", 39: "\u0561", 75: "\u0587"}
    for at, number in enumerate(told):
        for turn in (1, 2):
            name = f"Train/Train/{number}/{turn}.png"
            put(folder, name, picture(name, at % 3 + 1, (64, 64), 0))
    put(folder, "new_test/new_test.csv", ",".join(map(str, range(4096))) + "\n")
    return [entry for entry in told.values() for _ in range(2)]


@fake("hpl-tamil")
def hpl_tamil(folder: Path) -> list[str]:
    """usr_103/049t02.tiff: writer, class, turn, dark on light; some PNG; few with other names."""
    told = {0: "\u0b85", 34: "\u0b95\u0bcd\u0bb7", 49: "\u0bb4\u0bbf", 117: "\u0bbe", 155: "\u0b94"}
    for writer in (0, 103):
        for at, number in enumerate(told):
            name = f"usr_{writer}/{number:03}t01.{'png' if at % 2 else 'tiff'}"
            put(folder, f"tamil_dataset_offline/{name}", picture(name, at % 3 + 1, (80, 90)))
        put(folder, f"tamil_dataset_offline/usr_{writer}/t03.tiff", picture("a.tiff", 1, (80, 90)))
    put(folder, "tamil_dataset_offline/usr_0/Thumbs.db", b"\xd0\xcf")
    return [character for character in told.values() for _ in range(2)]


@fake("khmer-cadt")
def khmer_cadt(folder: Path) -> list[str]:
    """labels.csv under `file_name,text`; pictures in crops/, blanks in names, one without text."""
    texts = {
        "IMG_0001_0000.jpg": "\u179f\u17bd\u179f\u17d2\u178a\u17b8",
        "2025_10_14 10_28 PM Office Lens (1)_0000.jpg": "\u1781\u17d2\u1789\u17bb\u17c6, \u17a2",
    }
    rows = "file_name,text\n"
    for at, (name, text) in enumerate(texts.items()):
        put(folder, f"crops/{name}", picture("a.jpg", at + 4, (90, 500)))
        rows += f'{name},"{text}"\n'
    put(folder, "crops/img1_zuHf.jpg", picture("a.jpg", 3, (90, 500)))
    put(folder, "labels.csv", rows)
    return list(texts.values())


@fake("unipen-characters")
def unipen_characters(folder: Path) -> list[str]:
    """71/42657.png: a folder is the character's number in ASCII, 64 x 64, grey."""
    told = []
    for number, character in ((33, "!"), (47, "/"), (48, "0"), (71, "G"), (97, "a"), (126, "~")):
        for turn in (1, 2):
            name = f"{number}/{100 * number + turn}.png"
            put(folder, name, picture(name, number % 3 + 1, (64, 64)))
            told.append(character)
    return told


@fake("kuzushiji-49")
def kuzushiji_49(folder: Path) -> list[str]:
    """k49-train-imgs.npz and -labels.npz with `arr_0`, 28 x 28; a map of numbers to code points."""
    kana = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほ"
    kana += "まみむめもやゆよらりるれろわゐゑをんゝ"
    rows = [f"{at},U+{ord(one):04X},{one}" for at, one in enumerate(kana)]
    put(folder, "k49_classmap.csv", "\n".join(["index,codepoint,char", *rows, ""]))
    told = []
    for part, count in (("train", 98), ("test", 49)):
        labels = (np.arange(count) * 5 % 49).astype(np.uint8)
        pictures = np.zeros((count, 28, 28), np.uint8)
        for one, label in zip(pictures, labels, strict=True):
            one[6:22, 4 : 7 + label % 19] = 220
        np.savez_compressed(folder / f"k49-{part}-imgs.npz", pictures)
        np.savez_compressed(folder / f"k49-{part}-labels.npz", labels)
        told += [kana[label] for label in labels]
    return told


@fake("kuzushiji-kanji")
def kuzushiji_kanji(folder: Path) -> list[str]:
    """kkanji.tar with kkanji2/U+4C61/*.png: a folder is a code point, 64 x 64."""
    told = []
    with tarfile.open(folder / "kkanji.tar", "w") as file:
        for character in "䱡一永𠮷":
            for turn in range(2):
                member = f"kkanji2/U+{ord(character):04X}/e6eeb23552e1a21{turn}.png"
                content = picture(member, turn + 1, (64, 64), 0)
                named = tarfile.TarInfo(member)
                named.size = len(content)
                file.addfile(named, io.BytesIO(content))
                told.append(character)
    return told


@fake("hasyv2")
def hasyv2(folder: Path) -> list[str]:
    """A list of path, symbol_id, latex, user_id; folds and pairs name the same pictures."""
    head, told = "path,symbol_id,latex,user_id\n", []
    rows = {"": head, "../../": head, "../": head}
    symbols = {31: "A", 59: "\\rightarrow", 88: "\\sum", 150: "\\Sigma", 196: "-", 259: "\\$"}
    for symbol, latex in symbols.items():
        for user in (10, 228):
            name = f"hasy-data/v2-{len(told):05}.png"
            put(folder, name, picture(name, symbol % 3 + 1, (32, 32)))
            for way in rows:
                rows[way] += f"{way}{name},{symbol},{latex},{user}\n"
            told.append(latex)
    put(folder, "hasy-data-labels.csv", rows[""])
    for name in ("train", "test"):
        put(folder, f"classification-task/fold-1/{name}.csv", rows["../../"])
    put(folder, "verification-task/train.csv", rows["../"])
    pair = "../hasy-data/v2-00000.png,../hasy-data/v2-00002.png,False\n"
    put(folder, "verification-task/test-v1.csv", f"path1,path2,is_same\n{pair}")
    known = [f"{number},{latex},1,1\n" for number, latex in symbols.items()]
    put(folder, "symbols.csv", "symbol_id,latex,training_samples,test_samples\n" + "".join(known))
    put(folder, "README.txt", "the files\n")
    return told


@fake("comnist")
def comnist(folder: Path) -> list[str]:
    """Zips of Cyrillic/А/*.png and Latin/A/*.png: 278 x 278, black where not transparent."""
    told = []
    for alphabet, letters in (("Cyrillic", "IЁАЙЯ"), ("Latin", "AIZ")):
        with zipfile.ZipFile(folder / f"{alphabet}.zip", "w") as file:
            for at, letter in enumerate(letters):
                pixels = np.zeros((278, 278, 4), np.uint8)
                pixels[60:200, 60 : 90 + 20 * at, 3] = 255
                content = cv2.imencode(".png", pixels)[1].tobytes()
                file.writestr(f"{alphabet}/{letter}/5a2f3c19c27b{at}.png", content)
                told.append(letter)
    return told


@fake("burapha-th")
def burapha_th(folder: Path) -> list[str]:
    """Zips of train/<class>-<TIS-620>-<>-<>/Set2_F1_P-0001_23.jpg; syllables in train-ori/000-."""
    told = []
    codes = {"character": (161, 206, 208, 209, 232), "digit": (240, 249)}
    for kind, day in (("character", "06"), ("digit", "07")):
        for part in ("train", "test"):
            place = folder / kind / f"202103{day}-{part}.zip"
            place.parent.mkdir(exist_ok=True)
            with zipfile.ZipFile(place, "w") as file:
                for at, code in enumerate(codes[kind]):
                    name = f"{part}/{at:02}-{code}-x-name/Set2_F1_P-000{at}_23.jpg"
                    file.writestr(name, picture(name, at % 3 + 1, (80, 70)))
                    told.append(bytes([code]).decode("tis-620"))
    (folder / "syllable").mkdir()
    with zipfile.ZipFile(folder / "syllable" / "20210309-train-ori.zip", "w") as file:
        file.writestr("train-ori/000-x/Set1_F1_P-0001_1.jpg", picture("a.jpg", 3, (80, 200)))
    return told
