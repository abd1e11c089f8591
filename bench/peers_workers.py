"""What `peers.py` runs inside the environments: one function a tool. Readable for Python 3.10.

    python bench/peers_workers.py NAME ARGUMENTS...

Every tool writes the given texts, one a line, as gray JPEG files of quality 95, 64 pixels high, in
one thread. Those whose lines come out at another height are brought to 64 pixels with OpenCV.
"""

from __future__ import annotations

import functools
import importlib
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HEIGHT_PX, QUALITY, FONT_PX, SEED = 64, 95, 55, 2
SHORTEST, LONGEST = 10, 20


def read_texts(texts_file: str, lines: str) -> list[str]:
    """The first so many texts."""
    return Path(texts_file).read_text("utf-8").split("\n")[: int(lines)]


def write_lines(images: Any, texts: list[str], out: str) -> None:
    """Encode gray images as JPEG, write them, and their label list."""
    cv2 = importlib.import_module("cv2")
    cv2.setNumThreads(1)
    folder, rows = Path(out), []
    for number, (image, text) in enumerate(zip(images, texts, strict=True)):
        name = f"{number:06d}.jpg"
        _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        (folder / name).write_bytes(encoded.tobytes())
        rows.append(f"{name}\t{text}\n")
    (folder / "rec_gt_train.txt").write_text("".join(rows), "utf-8", newline="\n")


def to_height(image: Any) -> Any:
    """A gray image brought to 64 pixels in height."""
    cv2 = importlib.import_module("cv2")
    width = max(round(image.shape[1] * HEIGHT_PX / image.shape[0]), 1)
    return cv2.resize(image, (width, HEIGHT_PX), interpolation=cv2.INTER_AREA)


def prepare(font: str, font_out: str, corpus: str, texts_out: str, lines: str, folder: str) -> None:
    """Convert the font to TrueType; draw texts for the case that penline is absent; make pictures.

    The pictures are four backgrounds of smooth noise, 1600 x 400 px.
    """
    loaded = importlib.import_module("fontTools.ttLib").TTFont(font)
    loaded.flavor = None
    loaded.save(font_out)
    known = set(loaded.getBestCmap())
    text = Path(corpus).read_text("utf-8")
    text = "".join(c for c in text if not c.isspace() and ord(c) in known)
    if len(text) <= LONGEST:
        sys.exit(f"{corpus}: too little text that the font can write")
    draw, drawn = random.Random(SEED), []
    for _ in range(int(lines)):
        length = draw.randint(SHORTEST, LONGEST)
        start = draw.randrange(len(text) - length)
        drawn.append(text[start : start + length])
    Path(texts_out).write_text("".join(f"{line}\n" for line in drawn), "utf-8")
    cv2, np = importlib.import_module("cv2"), importlib.import_module("numpy")
    Path(folder).mkdir(parents=True, exist_ok=True)
    numbers = np.random.default_rng(SEED)
    for at in range(4):
        small = numbers.integers(180, 250, (20, 80, 3), np.uint8)
        picture = cv2.resize(small, (1600, 400), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(Path(folder) / f"{at}.jpg"), picture)


def trdg(texts_file: str, lines: str, out: str, font: str, folder: str, *, way: str = "") -> None:
    """trdg: white background, no skew, blur or distortion; or a picture behind and blur on."""
    np = importlib.import_module("numpy")
    generators = importlib.import_module("trdg.generators")
    texts = read_texts(texts_file, lines)
    made = generators.GeneratorFromStrings(
        texts,
        count=len(texts),
        fonts=[font],
        language="cn",
        size=HEIGHT_PX,
        background_type=3 if way == "on" else 1,
        skewing_angle=0,
        blur=1 if way == "on" else 0,
        distorsion_type=0,
        image_mode="L",
        word_split=way in ("words", "on"),
        **({"image_dir": folder} if way == "on" else {}),
    )
    write_lines((np.asarray(image) for image, _ in made), texts, out)


def neots(texts_file: str, lines: str, out: str, font: str, folder: str, *, way: str = "") -> None:
    """neots: black on white with all off and no margins, its fastest way; or pictures behind.

    ``on``: a picture, a rotation and a distortion at every line, within the ranges of its preset;
    ``preset``: as often as its preset has them.
    """
    cv2 = importlib.import_module("cv2")
    picture, turn, bend = {"": (0.0,) * 3, "on": (1.0,) * 3, "preset": (0.3, 0.3, 0.2)}[way]
    plain = {"text_color": "#000000", "bg_color": "#FFFFFF"}
    settings = {
        "text_sampler": {"font_list": [font], "font_size": FONT_PX, "vertical_prob": 0.0},
        "random_config": [{"type": "random", "prob": 1.0, "from_string": "一"}],
        "bg_sampler": {
            "bg_image_prob": picture,
            "gray_bg_prob": 1.0 - picture,
            "bg_list": [folder] if way else [],
            **({"text_color": "auto", "bg_color": "auto"} if way else plain),
        },
        "post_process": {
            "text_effects": {"effect_prob": 0.0},
            "text_paste": {"scale_range": [1.0, 1.0], "margin_range": [0, 0], "offset_prob": 0.0},
            "transforms": {
                "rotation_prob": turn,
                "rotation_range": [-2.5, 2.5],
                "distortion_prob": bend,
                "distortion_level": 0.03,
            },
        },
        "generate": {"output_height": HEIGHT_PX},
    }
    made = importlib.import_module("neots").SingleLineTextGenerator.from_config(settings)
    texts = read_texts(texts_file, lines)
    images = (made.generate_instance(text, "numpy") for text in texts)
    write_lines((cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in images), texts, out)


def doctr(texts_file: str, lines: str, out: str, font: str, folder: str, *, way: str = "") -> None:
    """doctr-synth-generator: white, every chance 0, no supersampling; ``on``: its own defaults."""
    np, package = importlib.import_module("numpy"), importlib.import_module("generator")
    config_module = importlib.import_module("generator.components.config")
    home = Path(out).parent / "doctr-font"
    home.mkdir(exist_ok=True)
    (home / "peers.ttf").write_bytes(Path(font).read_bytes())
    config = package.GenerationConfig()
    config.resources = config_module.ResourceConfig(
        font_dir=str(home),
        bg_image_dir=folder if way == "on" else None,
        auto_download_fonts=False,
        auto_download_backgrounds=False,
    )
    config.recognition = config_module.RecognitionConfig(font_size_range=(FONT_PX, FONT_PX))
    if way != "on":
        names = [name for name in vars(config.realism) if name.endswith("_prob")]
        off: dict[str, Any] = dict.fromkeys(names, 0.0)
        off |= {"supersample": 1, "brightness_jitter": 0.0, "contrast_jitter": 0.0}
        config.realism = config_module.RealismConfig(**off)
    made = importlib.import_module("generator.components.generator").TextImageGenerator(config)
    texts = read_texts(texts_file, lines)

    def images() -> Iterator[Any]:
        for text in texts:
            image = made.generate_image(text)
            if image is None:
                sys.exit(f"doctr-synth-generator made no image of {text}")
            yield to_height(np.asarray(image.convert("L")))

    write_lines(images(), texts, out)


def synthtiger(texts_file: str, lines: str, out: str, font: str, _folder: str) -> None:
    """synthtiger: its text layer on a white layer of the same size, merged; no effect."""
    cv2, np = importlib.import_module("cv2"), importlib.import_module("numpy")
    layers = importlib.import_module("synthtiger.layers")
    texts = read_texts(texts_file, lines)

    def images() -> Iterator[Any]:
        for text in texts:
            written = layers.TextLayer(text, font, FONT_PX, (0, 0, 0, 255))
            sheet = layers.RectLayer(written.size, (255, 255, 255, 255))
            sheet.topleft = written.topleft
            image = (written + sheet).merge().output()[..., :3]
            yield to_height(cv2.cvtColor(image.astype(np.uint8), cv2.COLOR_RGB2GRAY))

    write_lines(images(), texts, out)


def handright(texts_file: str, lines: str, out: str, font: str, _folder: str) -> None:
    """handright: one white page a line, 64 px high, with its perturbed strokes (its only way)."""
    np, package = importlib.import_module("numpy"), importlib.import_module("handright")
    pil, fonts = importlib.import_module("PIL.Image"), importlib.import_module("PIL.ImageFont")
    letters = fonts.truetype(font, FONT_PX)
    texts = read_texts(texts_file, lines)

    def images() -> Iterator[Any]:
        for number, text in enumerate(texts):
            page = pil.new("L", (len(text) * (FONT_PX + 3) + 30, HEIGHT_PX), 255)
            template = package.Template(
                background=page,
                font=letters,
                fill=0,
                line_spacing=HEIGHT_PX - 2,
                left_margin=4,
                right_margin=4,
                top_margin=1,
                bottom_margin=1,
                line_spacing_sigma=0,
            )
            pages = list(package.handwrite(text, template, seed=number))
            if len(pages) != 1:
                sys.exit(f"handright made {len(pages)} pages of one line")
            yield np.asarray(pages[0].convert("L"))

    write_lines(images(), texts, out)


def pixels(folder: str, lines: str) -> None:
    """Print the CPU-seconds of encoding finished images again, and of copying their pixels."""
    cv2, np = importlib.import_module("cv2"), importlib.import_module("numpy")
    cv2.setNumThreads(1)
    files = sorted(Path(folder).rglob("*.jpg"))[: int(lines)]
    images = [cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in files]
    spent = {}
    for name, encode in (
        ("JPEG", lambda image: cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])),
        ("PNG", lambda image: cv2.imencode(".png", image)),
        ("memory copy", lambda image: np.copyto(np.empty_like(image), image)),
    ):
        begun = time.process_time()
        for image in images:
            encode(image)
        spent[name] = time.process_time() - begun
    print(json.dumps(spent))


WORKERS: dict[str, Callable[..., None]] = {
    "prepare": prepare,
    "trdg": trdg,
    "trdg-words": functools.partial(trdg, way="words"),
    "trdg-on": functools.partial(trdg, way="on"),
    "neots": neots,
    "neots-on": functools.partial(neots, way="on"),
    "neots-preset": functools.partial(neots, way="preset"),
    "doctr": doctr,
    "doctr-on": functools.partial(doctr, way="on"),
    "synthtiger": synthtiger,
    "handright": handright,
    "pixels": pixels,
}

if __name__ == "__main__":
    WORKERS[sys.argv[1]](*sys.argv[2:])
