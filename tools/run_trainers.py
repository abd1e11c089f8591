"""Run the trainers' own programs on penline's sets, by the words of the documentation alone.

    python tools/run_trainers.py --work build/runs \
        --source paddleocr=PaddleOCR --python paddleocr=paddle/bin/python \
        --source doctr=doctr --source easyocr=EasyOCR --source deep-text=deep-text-... \
        --source openocr=OpenOCR --python kraken=env/bin/python \
        --source tesseract=tesstrain --source langdata=langdata \
        --python calamari=calamari/bin/python --source pylaia=PyLaia --python pylaia=... \
        --source mmocr=mmocr --python mmocr=mmocr/bin/python

A source is the folder of a trainer's repository; a Python is that of an environment with what the
trainer needs (this one, if none is named). The sets are made from the embedded sample. Code and
commands come from docs/; sizes are made small: some tens of steps, small networks, a processor.
For each run: samples that the trainer kept of those in the set, loss first and last. What cannot
be run is named, with the reason. Output of each run: ``NAME.log`` in the work folder.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from penline.api import compose

DOCS = Path(__file__).parent.parent / "docs"
NETWORK = "[1,32,0,1 Cr3,3,16 Mp2,2 Cr3,3,24 Mp2,2 S1(1x0)1,3 Lbx32]"
PAGES = "[1,120,0,3 Cr3,3,8,2,2 Gn4 Cr3,3,8 Gn4]"
COUNT = """
import json, logging, os, sys, yaml
sys.path.insert(0, sys.argv[2])
from ppocr.data.imaug import transform
from ppocr.data.lmdb_dataset import LMDBDataSet
from ppocr.data.simple_dataset import SimpleDataSet
config = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
config["Train"]["loader"]["shuffle"] = False
data = eval(config["Train"]["dataset"]["name"])(config, "Train", logging.getLogger("x"))
kept = 0
for place in data.data_idx_order_list:
    if isinstance(data, SimpleDataSet):
        path, label = data.data_lines[place].decode().strip("\\n").split("\\t")
        with open(os.path.join(data.data_dir, path), "rb") as file:
            image = file.read()
    else:
        base, number = map(int, place)
        image, label = data.get_lmdb_sample_info(data.lmdb_sets[base]["txn"], number)
    kept += transform({"image": image, "label": label}, data.ops) is not None
print("kept", kept)
"""
"""How many samples PaddleOCR's data set does not replace by another one without a word."""

COUNT_OPENOCR = """
import logging, sys
sys.path.insert(0, ".")
from openrec.preprocess import transform
from tools.data import build_dataloader
from tools.engine.config import Config
config, kept, wide = Config(sys.argv[1]).cfg, 0, 0
loader = build_dataloader(config, "Train", logging.getLogger("x"))
data = loader.dataset
for (base, number), ratio in zip(data.data_idx_order_list, data.wh_ratio):
    image, label = data.get_lmdb_sample_info(data.lmdb_sets[int(base)]["txn"], int(number))
    rows = transform({"image": image, "label": label}, data.ops[:-1])
    whole = rows is not None and rows["length"] == len(label)
    if whole:
        wide += rows["image"].size[0] / rows["image"].size[1] > ratio + 0.5
        kept += data.resize_norm_img(rows, int(ratio), padding=data.padding) is not None
seen = {row[2] for batch in loader.batch_sampler.batch_list for row in batch}
print("squeezed", wide)
print("whole", kept, "drawn", len(seen))
print("kept", min(kept, len(seen)))
"""
"""How many samples OpenOCR's data set keeps, with the whole label; how many it squeezes."""

COUNT_MMOCR = """
import sys
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmocr.registry import DATASETS, TASK_UTILS
init_default_scope("mmocr")
config, kept = Config.fromfile(sys.argv[1]), 0
data = DATASETS.build(config.train_dataloader.dataset)
table = TASK_UTILS.build(config.model.decoder.dictionary)
for at in range(len(data)):
    row = data.datasets[0].prepare_data(at)  # None: another is taken
    text = row and row["data_samples"].gt_text.item
    kept += bool(text) and len(table.str2idx(text)) == len(text) <= row["inputs"].shape[-1] // 4
print("kept", kept)
"""
"""How many samples MMOCR's data set keeps, with the whole label and a column for each character."""

TINY = """
from datasets import load_dataset
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast, TrOCRConfig, TrOCRForCausalLM, TrOCRProcessor
from transformers import VisionEncoderDecoderConfig, VisionEncoderDecoderModel, ViTConfig
from transformers import ViTImageProcessor, ViTModel

marks = ["<s>", "<pad>", "</s>", "<unk>"]
texts = [text for side in load_dataset("rows").values() for text in side["text"]]
table = {one: at for at, one in enumerate([*marks, *sorted(set("".join(texts)))])}
coder = Tokenizer(models.WordLevel(table, unk_token="<unk>"))
coder.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
ends = [("<s>", 0), ("</s>", 2)]
coder.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
names = dict(zip(["bos_token", "pad_token", "eos_token", "unk_token"], marks))
tokens = PreTrainedTokenizerFast(tokenizer_object=coder, cls_token="<s>", **names)
size = {"height": 64, "width": 64}
TrOCRProcessor(ViTImageProcessor(size=size), tokens).save_pretrained("tiny")
small = {"num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 32}
look = ViTConfig(image_size=64, patch_size=16, intermediate_size=64, **small)
layers = {"decoder_layers": 1, "decoder_attention_heads": 2, "decoder_ffn_dim": 64, "d_model": 32}
say = TrOCRConfig(vocab_size=len(table), cross_attention_hidden_size=32, **layers)
VisionEncoderDecoderModel(
    config=VisionEncoderDecoderConfig.from_encoder_decoder_configs(look, say),
    encoder=ViTModel(look, add_pooling_layer=False),
    decoder=TrOCRForCausalLM(say),
).save_pretrained("tiny")
"""
"""A model in the folder `tiny` that stands in for published weights."""
TOKENS = """
kept = 0
for line in lines["train"].with_format(None):
    label = prepare({"image": [line["image"]], "text": [line["text"]]})["labels"][0]
    kept += processor.tokenizer.unk_token_id not in label and sum(
        one != -100 for one in label
    ) == len(line["text"]) + 2
print("kept", kept)
"""
"""How many labels reach the model whole: a token a character, a start and an end."""


@dataclass
class Tools:
    """What the user named: sources and Pythons by trainer, the work folder."""

    work: Path
    sources: dict[str, Path]
    pythons: dict[str, str]
    seconds: int

    def python(self, trainer: str) -> str:
        return self.pythons.get(trainer, sys.executable)

    def lacks(self, trainer: str, modules: Sequence[str], *, source: bool = True) -> str:
        """Why a trainer cannot be run; "" where it can."""
        if source and trainer not in self.sources:
            return f"no --source {trainer}=FOLDER"
        if source and not self.sources[trainer].is_dir():
            return f"no folder {self.sources[trainer]}"
        for module in modules:
            asked = [self.python(trainer), "-c", f"import {module}"]
            found = subprocess.run(asked, capture_output=True, text=True, check=False)
            if found.returncode:
                why = (found.stderr.strip().splitlines() or ["no output"])[-1]
                return f"{module} cannot be imported by {self.python(trainer)}: {why}"
        return ""


@dataclass
class Step:
    """One program to run.

    Attributes:
        name: of the run, and of its log.
        command: words.
        folder: to run in.
        loss: what finds the losses in its output.
        kept: what finds how many samples it kept, if it says so; else the first group of it.
        samples: how many there are in the set.
    """

    name: str
    command: list[str]
    folder: Path
    loss: str = ""
    kept: str = ""
    samples: int = 0
    needs: str = field(default="", repr=False)


def block(page: str, sign: str, language: str = "python") -> str:
    """The one piece of code of a page that holds `sign`."""
    text = (DOCS / page).read_text("utf-8")
    found = [one for one in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL) if sign in one]
    if len(found) != 1:
        raise SystemExit(f"{page}: {len(found)} pieces of {language} hold {sign!r}")
    return found[0]


def lines_of(folder: Path, side: str = "train") -> int:
    """Lines of a side, or pages of a set of pages."""
    report = json.loads((folder / "report.json").read_bytes())
    return int(report.get("pages", report["lines"])[side])


def make_sets(work: Path) -> None:
    """The sets of the pages, from the embedded sample."""
    ways = {
        "lines": ("paddleocr", 120, None, 0),
        "real": ("paddleocr", 120, None, 1),
        "packed": ("lmdb", 120, None, 0),
        "arrow": ("kraken-arrow", 120, None, 0),
        "pictures": ("kraken", 120, None, 0),
        "columns": ("kraken-arrow", 60, "column.yaml", 0),
        "pages": ("page-xml", 12, None, 0),
        "det": ("paddleocr-det", 30, None, 0),
        "short": ("doctr", 120, "short.yaml", 0),
        "words": ("easyocr", 120, "fitting.yaml", 0),
        "tars": ("webdataset", 60, None, 0),
        "png": ("kraken", 120, "png.yaml", 0),
        "rows": ("parquet", 60, None, 0),
        "files": ("imagefolder", 120, None, 0),
    }
    recipes = {
        "column.yaml": block("trainers/kraken.md", "vertical", "yaml"),
        "short.yaml": block("trainers/doctr.md", "length_range", "yaml"),
        "fitting.yaml": block("trainers/easyocr.md", "length_range", "yaml"),
        "png.yaml": block("trainers/others.md", "png", "yaml"),
    }
    for name, text in recipes.items():
        (work / name).write_text(text, "utf-8")
    for name, (to, n, recipe, seed) in ways.items():
        path = None if recipe is None else work / recipe
        if not (work / name / "report.json").is_file():
            own = work / "lines" / "dict.txt" if to == "webdataset" else None
            compose(work / name, n=n, recipe=path, seed=seed, val=0.2, to=to, dictionary=own)


def paddleocr(tools: Tools) -> Iterator[Step]:
    """Recognition from lists, LMDB and two mixed sets; evaluation; detection."""
    lacks = tools.lacks("paddleocr", ["paddle", "cv2", "lmdb"])
    if lacks:
        yield Step("PaddleOCR", [], tools.work, needs=lacks)
        return
    source, python, work = (
        tools.sources["paddleocr"].resolve(),
        tools.python("paddleocr"),
        tools.work,
    )
    small = [
        *("Global.use_gpu=false", "Global.distributed=false", "Global.epoch_num=1"),
        *("Global.print_batch_step=1", "Global.cal_metric_during_train=false"),
        *("Train.loader.batch_size_per_card=4", "Train.loader.num_workers=0"),
        *("Eval.loader.batch_size_per_card=4", "Eval.loader.num_workers=0"),
        *("Global.eval_batch_step=[0,100000]", "Optimizer.lr.warmup_epoch=0"),
    ]
    tiny = ["Architecture.Backbone.scale=0.1", "Architecture.Backbone.conv_kxk_num=1"]
    merge = block("paddleocr.md", "STOCK")
    stock = source / "configs/rec/PP-OCRv5/PP-OCRv5_mobile_rec.yml"
    here = Path.cwd()
    os.chdir(work)
    for lines in ("lines", "packed"):
        code = re.sub('STOCK = ".*"', f"STOCK = {str(stock)!r}", merge)
        exec(code.replace('LINES = "lines"', f"LINES = {lines!r}"), {})
        Path("rec.yml").rename(f"rec_{lines}.yml")
    exec(block("paddleocr.md", '("real", "lines")'), {})
    config = yaml.safe_load(Path("rec_lines.yml").read_text("utf-8"))
    over = yaml.safe_load(block("paddleocr.md", "ratio_list: [", "yaml"))["Train"]["dataset"]
    config["Train"]["dataset"] |= {**over, "ratio_list": [1.0, 1.0]}
    entries = {
        c for one in ("lines", "real") for c in Path(one, "dict.txt").read_text().split("\n")
    }
    Path("both.txt").write_text("".join(f"{c}\n" for c in sorted(entries - {""})), "utf-8")
    config["Global"]["character_dict_path"] = "both.txt"
    Path("rec_mixed.yml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    os.chdir(here)
    (work / "count.py").write_text(COUNT, "utf-8")
    train, evaluate = (str(source / "tools" / name) for name in ("train.py", "eval.py"))
    loss = r"global_step: \d+.*? loss: ([\d.]+)"

    def counting(config: str, samples: int) -> tuple[list[str], Path, str, str, int]:
        return [python, "count.py", config, str(source)], work, "", r"kept (\d+)", samples

    of = {name: lines_of(work / name) for name in ("lines", "packed")}
    of["mixed"] = of["lines"] + lines_of(work / "real")
    for name, count in of.items():
        rec = f"rec_{name}.yml"
        yield Step(f"PaddleOCR {name}, its samples", *counting(rec, count))
        out = [f"Global.save_model_dir=out_{name}"]
        command = [python, train, "-c", rec, "-o", *small, *tiny, *out]
        yield Step(f"PaddleOCR {name}", command, work, loss)
    command = [python, evaluate, "-c", "rec_lines.yml", "-o", *small, *tiny]
    command += ["Global.pretrained_model=out_lines/latest"]
    yield Step("PaddleOCR eval", command, work, r"norm_edit_dis:([\d.]+)")
    found = source / "configs/det/PP-OCRv3/PP-OCRv3_mobile_det.yml"
    config = yaml.safe_load(found.read_text("utf-8"))
    for part, side in (("Train", "train"), ("Eval", "val")):
        lists = [f"det/det_gt_{side}.txt"]
        config[part]["dataset"] |= {"data_dir": "det", "label_file_list": lists}
    for change in config["Train"]["dataset"]["transforms"]:
        if "EastRandomCropData" in change:
            change["EastRandomCropData"]["size"] = [320, 320]
    config["Global"] |= {"pretrained_model": None, "save_model_dir": "out_det"}
    (work / "det.yml").write_text(yaml.safe_dump(config), "utf-8")
    count = lines_of(work / "det")
    yield Step("PaddleOCR detection, its samples", *counting("det.yml", count))
    command = [python, train, "-c", "det.yml", "-o", *small, "Train.loader.batch_size_per_card=1"]
    yield Step("PaddleOCR detection", command, work, loss)
    command = [python, evaluate, "-c", "det.yml", "-o", *small, "Eval.loader.batch_size_per_card=1"]
    command += ["Global.pretrained_model=out_det/latest"]
    yield Step("PaddleOCR detection eval", command, work, r"hmean:([\d.]+)")


def kraken(tools: Tools) -> Iterator[Step]:
    """ketos: from Arrow files, pairs, columns; test; segmentation."""
    lacks = tools.lacks("kraken", ["kraken.ketos"], source=False)
    if lacks:
        yield Step("kraken", [], tools.work, needs=lacks)
        return
    ketos = [tools.python("kraken"), "-m", "kraken.ketos", "--workers", "0"]
    if (program := Path(tools.python("kraken")).with_name("ketos")).is_file():
        ketos[:3] = [str(program)]
    sides = ["-t", "train.lst", "-e", "validation.lst", "-q", "fixed", "-N", "2"]
    loss = r"train_loss_epoch:\s+([\d.]+)"
    kept = r"stage 0/\d+ \S+ \d+/(\d+)"
    for name, kind in (("arrow", "binary"), ("pictures", "path"), ("columns", "binary")):
        out = ["-o", str(tools.work / f"kraken_{name}"), "-s", NETWORK]
        command = [*ketos, "train", "-f", kind, *sides, *out]
        folder = tools.work / name
        yield Step(f"kraken {name}", command, folder, loss, kept, lines_of(folder))
    found = sorted((tools.work / "kraken_arrow").glob("*.safetensors"))
    if found:
        command = [*ketos, "test", "-f", "binary", "-m", str(found[0]), "-e", "validation.lst"]
        yield Step("kraken test", command, tools.work / "arrow", r"([\d.]+)%?\s+Character Accuracy")
    out = ["-o", str(tools.work / "kraken_pages"), "-s", PAGES]
    command = [*ketos, "segtrain", "-f", "page", *sides, *out]
    folder = tools.work / "pages"
    yield Step("kraken pages", command, folder, loss, kept, lines_of(folder))


def doctr(tools: Tools) -> Iterator[Step]:
    """docTR's own script, by way of the file of the page."""
    lacks = tools.lacks("doctr", ["doctr", "torch", "matplotlib", "tqdm"])
    if lacks:
        yield Step("docTR", [], tools.work, needs=lacks)
        return
    here = Path.cwd()
    os.chdir(tools.work)
    exec(block("trainers/doctr.md", "labels.json"), {})
    os.chdir(here)
    script = tools.sources["doctr"].resolve() / "references/recognition/train.py"
    code = block("trainers/doctr.md", "run_path").replace(
        '"doctr/references/recognition/train.py"', repr(str(script))
    )
    code = code.replace('"10"', '"2"').replace('"--val_path"', '"-b", "8", "-j", "0", "--val_path"')
    (tools.work / "train_hand.py").write_text(code, "utf-8")
    command = [tools.python("doctr"), "train_hand.py"]
    samples = lines_of(tools.work / "short")
    kept = r"Train set loaded in \S+ \((\d+) samples"
    yield Step("docTR", command, tools.work, r"Training loss: ([\d.]+)", kept, samples)


def deep_text(tools: Tools) -> Iterator[Step]:
    """deep-text-recognition-benchmark, with the characters of the page."""
    name = "deep-text"
    lacks = tools.lacks(name, ["torch", "lmdb", "natsort", "nltk"])
    if lacks:
        yield Step("deep-text-recognition-benchmark", [], tools.work, needs=lacks)
        return
    clone = _copied(tools, name, "deep-text")
    here = Path.cwd()
    os.chdir(tools.work)
    exec(block("trainers/deep-text.md", "characters.txt"), {})
    os.chdir(here)
    options = block("trainers/deep-text.md", "train.py", "sh").partition("python train.py")[2]
    characters = (tools.work / "characters.txt").read_text("utf-8")
    words = options.replace("\\\n", " ").replace('"$(cat ../characters.txt)"', "CHARACTERS").split()
    words = [characters if word == "CHARACTERS" else word for word in words]
    words[words.index("--num_iter") + 1] = "20"
    more = ["--valInterval", "10", "--batch_size", "8", "--workers", "0", "--adam", "--lr", "0.001"]
    command = [tools.python(name), "train.py", *words, *more]
    samples = lines_of(tools.work / "packed")
    yield Step(
        "deep-text-recognition-benchmark",
        *(command, clone, r"Train loss: ([\d.]+)", r"num samples: (\d+)", samples),
    )


def easyocr(tools: Tools) -> Iterator[Step]:
    """EasyOCR's trainer, without its notebook."""
    lacks = tools.lacks("easyocr", ["torch", "pandas", "natsort", "nltk", "cv2"])
    if lacks:
        yield Step("EasyOCR", [], tools.work, needs=lacks)
        return
    trainer = _copied(tools, "easyocr", "trainer", "trainer")
    here = Path.cwd()
    os.chdir(tools.work)
    exec(block("trainers/easyocr.md", 'lang_char":'), {})
    os.chdir(here)
    config = yaml.safe_load((tools.work / "hand.yaml").read_text("utf-8"))
    config |= {"num_iter": 20, "valInterval": 10, "batch_size": 8, "workers": 1, "hidden_size": 64}
    (trainer / "config_files").mkdir(exist_ok=True)
    text = yaml.safe_dump(config, allow_unicode=True)
    (trainer / "config_files" / "hand.yaml").write_text(text, "utf-8")
    code = block("trainers/easyocr.md", "from train import train")
    (trainer / "run.py").write_text(f'if __name__ == "__main__":\n{_indented(code)}', "utf-8")
    command = [tools.python("easyocr"), "run.py"]
    kept, samples = r"num samples: (\d+)", lines_of(tools.work / "words")
    yield Step("EasyOCR", command, trainer, r"Train loss: ([\d.]+)", kept, samples)


def openocr(tools: Tools) -> Iterator[Step]:
    """OpenOCR's SVTRv2, from LMDB."""
    lacks = tools.lacks("openocr", ["torch", "torchvision", "lmdb", "cv2", "rapidfuzz"])
    if lacks:
        yield Step("OpenOCR", [], tools.work, needs=lacks)
        return
    source = tools.work / "OpenOCR"
    if not source.exists():
        shutil.copytree(tools.sources["openocr"], source, ignore=shutil.ignore_patterns(".git"))
    sampler = source / "tools/data/ratio_sampler.py"  # changed as the page says
    joined = "batch_list += batch_ratio"
    text = sampler.read_text("utf-8").replace(" " * 20 + joined, " " * 16 + joined)
    sampler.write_text(text, "utf-8")
    config = yaml.safe_load((source / "configs/rec/svtrv2/svtrv2_ctc.yml").read_text("utf-8"))
    ours = yaml.safe_load((tools.work / "packed" / "paddleocr_rec.yml").read_text("utf-8"))
    report = json.loads((tools.work / "packed" / "report.json").read_bytes())
    ratio = -(-report["columns"]["widest_px"] // 48)  # as the page says
    config["Global"] |= {
        "device": "cpu",
        "use_amp": False,
        "epoch_num": 2,
        "print_batch_step": 1,
        "log_smooth_window": 1,
        "output_dir": str(tools.work / "openocr"),
        "eval_batch_step": [0, 100000],
        "eval_epoch_step": [100, 1],
    }
    config["LRScheduler"]["warmup_epoch"], config["Optimizer"]["lr"] = 0.5, 0.005
    values = {
        "character_dict_path": str(tools.work / "packed" / "dict.txt"),
        "use_space_char": True,
        "max_text_length": ours["Global"]["max_text_length"],
    }
    _set(config, values)
    for part, side in (("Train", "train"), ("Eval", "validation")):
        config[part]["dataset"]["data_dir_list"] = [str(tools.work / "packed" / side)]
        config[part]["loader"] |= {"max_ratio": ratio, "num_workers": 0, "batch_size_per_card": 8}
    changes = config["Train"]["dataset"]["transforms"]
    config["Train"]["dataset"]["transforms"] = [one for one in changes if "PARSeqAugPIL" not in one]
    config["Train"]["sampler"]["first_bs"] = 8
    small = {"dims": [32, 48, 64], "depths": [1, 1, 1], "num_heads": [2, 2, 2], "out_channels": 64}
    small["mixer"] = [["Conv"], ["FGlobal"], ["Global"]]
    config["Architecture"]["Encoder"] |= small
    (tools.work / "openocr.yml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    python, file = tools.python("openocr"), str(tools.work / "openocr.yml")
    (tools.work / "count_openocr.py").write_text(COUNT_OPENOCR, "utf-8")
    command = [python, str(tools.work / "count_openocr.py"), file]
    samples = lines_of(tools.work / "packed")
    yield Step("OpenOCR, its samples", command, source, "", r"kept (\d+)", samples)
    command = [python, "tools/train_rec.py", "-c", file]
    yield Step("OpenOCR", command, source, r"loss: ([\d.]+)")


def tesseract(tools: Tools) -> Iterator[Step]:
    """tesstrain, from nothing: a small network in place of published weights."""
    programs = ("make", "tesseract", "lstmtraining", "combine_lang_model")
    lacks = tools.lacks("tesseract", ["PIL"]) or next(
        (f"no program {one}" for one in programs if shutil.which(one) is None), ""
    )
    if not lacks and "langdata" not in tools.sources:
        lacks = "no --source langdata=FOLDER, with radical-stroke.txt and the .unicharset files"
    if lacks:
        yield Step("Tesseract", [], tools.work, needs=lacks)
        return
    clone = tools.work / "tesstrain"
    if not clone.exists():
        shutil.copytree(tools.sources["tesseract"], clone)
    (clone / "data/langdata").mkdir(parents=True, exist_ok=True)
    for pattern in ("radical-stroke.txt", "*.unicharset"):
        for file in tools.sources["langdata"].glob(pattern):
            shutil.copy(file, clone / "data/langdata")
    lines = tools.work / "png" / "train"
    words = block("trainers/others.md", "make training", "sh").partition("make ")[2].split()
    words = [word for word in words if not word.startswith(("START_MODEL", "TESSDATA"))]
    words = [re.sub("^(GROUND_TRUTH_DIR)=.*", rf"\1={lines}", word) for word in words]
    network = "NET_SPEC=[1,36,0,1 Ct3,3,16 Mp3,3 Lfys32 Lfx48 Lrx48 O1c###]"
    python = f"PY_CMD={tools.python('tesseract')}"
    command = ["make", *words, network, python, "MAX_ITERATIONS=1000"]
    # all lines are made .lstmf files, or make stops; the two lists are of them
    loss, samples = r"Mean rms=([\d.]+)", lines_of(tools.work / "png")
    yield Step("Tesseract", command, clone, loss)
    code = "print('kept', sum(len(open(f'data/hand/list.{s}').read().split('\\n')) for s in "
    code += "('train', 'eval')))"
    counting = [tools.python("tesseract"), "-c", code]
    yield Step("Tesseract, its samples", counting, clone, "", r"kept (\d+)", samples)


def calamari(tools: Tools) -> Iterator[Step]:
    """calamari-train, on pairs of both sides."""
    lacks = tools.lacks("calamari", ["calamari_ocr.scripts.train"], source=False)
    if lacks:
        yield Step("Calamari", [], tools.work, needs=lacks)
        return
    run = "from calamari_ocr.scripts.train import run; run()"
    words = block("trainers/others.md", "calamari-train", "sh").partition("calamari-train ")[2]
    network = "conv=8:3x3,pool=2x2,conv=16:3x3,pool=2x2,lstm=32,dropout=0.5"
    small = ["--trainer.epochs", "2", "--network", network, "--trainer.output_dir", "calamari"]
    command = [tools.python("calamari"), "-c", run, *words.replace('"', "").split(), *small]
    kept, samples = r"Loading samples: 100%\|\S+\| \d+/(\d+)", lines_of(tools.work / "pictures")
    yield Step("Calamari", command, tools.work, r" loss: ([\d.]+)", kept, samples)


def pylaia(tools: Tools) -> Iterator[Step]:
    """PyLaia's two programs, from the tables of the page."""
    lacks = tools.lacks("pylaia", ["torch", "nnutils_pytorch", "pytorch_lightning"])
    if lacks:
        yield Step("PyLaia", [], tools.work, needs=lacks)
        return
    here = Path.cwd()
    os.chdir(tools.work)
    exec(block("trainers/others.md", "<space>"), {})
    os.chdir(here)
    model = yaml.safe_load(block("trainers/others.md", "fixed_input_height", "text"))
    train = yaml.safe_load(block("trainers/others.md", "tr_txt_table", "text"))
    small: dict[str, object] = {"cnn_num_features": [8, 16], "rnn_layers": 1, "rnn_units": 32}
    for name, value in (("kernel_size", 3), ("stride", 1), ("dilation", 1), ("poolsize", 2)):
        small[f"cnn_{name}"] = [value, value]
    small |= {
        "cnn_activation": ["LeakyReLU"] * 2,
        "cnn_dropout": [0, 0],
        "cnn_batchnorm": [True] * 2,
    }
    model |= {"crnn": small, "common": {"experiment_dirname": "pylaia"}}
    train |= {"common": model["common"], "optimizer": {"learning_rate": 0.003}}
    train |= {"trainer": {"max_epochs": 3}, "logging": {"to_stderr_level": "INFO"}}
    for name, config in (("model", model), ("train", train)):
        (tools.work / f"{name}.yaml").write_text(yaml.safe_dump(config), "utf-8")
    source = str(tools.sources["pylaia"].resolve())
    begin = [tools.python("pylaia"), "-W", "ignore", "-c"]
    path = "import sys; sys.path.insert(0, sys.argv.pop(1)); from laia.scripts.htr."
    for name, run in (("model", "create_model"), ("train", "train_ctc")):
        command = [*begin, f"{path}{run} import main; main()", source, "--config", f"{name}.yaml"]
        loss = r"TR - E\d+: 100% [^\n]* loss=([\d.]+)" if name == "train" else ""
        yield Step(f"PyLaia {name}", command, tools.work, loss)
    code = """
import sys
sys.path.insert(0, sys.argv[1])
from laia.data import TextImageFromTextTableDataset
data = TextImageFromTextTableDataset("tr.txt", ["pictures"])
table = {line.split()[0] for line in open("syms.txt", encoding="utf-8")}
print("kept", sum(set(data[i]["txt"].split()) <= table for i in range(len(data))))
"""
    samples = lines_of(tools.work / "pictures")
    command = [*begin, code, source]
    yield Step("PyLaia, its samples", command, tools.work, "", r"kept (\d+)", samples)


def libraries(tools: Tools) -> Iterator[Step]:
    """A plain loop, a Seq2SeqTrainer, and webdataset, by the code of their pages."""
    lacks = tools.lacks("pytorch", ["torch", "torchdata", "penline"], source=False)
    page = "trainers/pytorch.md"
    code = block(page, "length_range") + block(page, "class Reader")
    for old, new in (
        ('"ppocrv5_dict.txt"', '"lines/dict.txt"'),
        ('"my.bank", "novel.txt"', "penline.sample_bank(), corpus_files()"),
        ("import penline\n", "import penline\nfrom penline.sample import corpus_files\n"),
        ("batch_size=64", "batch_size=8"),
        ("num_workers=8", "num_workers=0"),
        ("range(2000)", "range(40)"),
        ("step % 100 == 0", "step % 13 == 0"),
        ("print(step, loss.item())", "print('loss', loss.item(), 'left out', batch.skipped)"),
    ):
        if old not in code:
            raise SystemExit(f"{page}: no {old}")
        code = code.replace(old, new)
    (tools.work / "pytorch.py").write_text(code, "utf-8")
    command = [tools.python("pytorch"), "pytorch.py"]
    yield Step("PyTorch", command, tools.work, r"loss ([\d.]+)", needs=lacks)
    needed = ["transformers", "datasets", "torch", "torchvision", "accelerate"]
    lacks = tools.lacks("transformers", needed, source=False)
    code = block("trainers/trocr.md", "Seq2SeqTrainer(")
    code = re.sub('NAME = ".*"', 'NAME = "tiny"', code)
    few = "max_steps=40, logging_steps=1, learning_rate=0.003, report_to=[], use_cpu=True, "
    code = code.replace("remove_unused", few + "remove_unused")
    (tools.work / "seq2seq.py").write_text(TINY + code + TOKENS, "utf-8")
    command, samples = [tools.python("transformers"), "seq2seq.py"], lines_of(tools.work / "rows")
    yield Step(
        "Seq2SeqTrainer",
        *(command, tools.work, r"'loss': '?([\d.]+)", r"kept (\d+)", samples),
        needs=lacks,
    )
    lacks = tools.lacks("webdataset", ["webdataset", "torch"], source=False)
    code = block("trainers/webdataset.md", "WebDataset(").replace(
        '"ppocrv5_dict.txt"', '"lines/dict.txt"'
    )
    count = "\n    seen = globals().get('seen', 0) + len(batch.texts)\nprint('kept', seen)\n"
    (tools.work / "tars.py").write_text(code.rstrip("\n") + count, "utf-8")
    command = [tools.python("webdataset"), "tars.py"]
    samples = lines_of(tools.work / "tars")
    yield Step("webdataset", command, tools.work, "", r"kept (\d+)", samples, needs=lacks)


def mmocr(tools: Tools) -> Iterator[Step]:
    """MMOCR's CRNN, from files and from LMDB."""
    lacks = tools.lacks("mmocr", ["mmocr", "mmcv.ops", "mmdet", "lmdb"])
    if lacks:
        yield Step("MMOCR", [], tools.work, needs=lacks)
        return
    work, page, python = tools.work, "trainers/others.md", tools.python("mmocr")
    if not (work / "mmocr").exists():
        ignored = shutil.ignore_patterns(".git")
        shutil.copytree(tools.sources["mmocr"], work / "mmocr", ignore=ignored)
    here = Path.cwd()
    os.chdir(work)
    exec(block(page, "seen |= set(json"), {})
    os.chdir(here)
    files = block(page, "RecogTextDataset")
    side = re.search(r'`(dict\(type="RecogLMDBDataset".*?\))`', (DOCS / page).read_text("utf-8"))
    if side is None:
        raise SystemExit(f"{page}: no RecogLMDBDataset")
    packed = re.sub(r"(?s)train = dict\(.*?\n\)", f"train = {side[1]}", files, count=1)
    packed = packed.replace('data_root="files/', 'ann_file="packed/')
    packed = packed.replace('File", color_type="grayscale"', 'NDArray"')
    packed = packed.replace("mmocr.txt", "packed.txt")
    (work / "packed.txt").write_bytes((work / "packed" / "dict.txt").read_bytes() + b" \n")
    (work / "count_mmocr.py").write_text(COUNT_MMOCR, "utf-8")
    small = ["--cfg-options", "train_cfg.max_epochs=2", "train_cfg.val_interval=2"]
    small += ["default_hooks.logger.interval=1", "train_dataloader.batch_size=8"]
    for loader in ("train_dataloader", "val_dataloader", "test_dataloader"):
        small += [f"{loader}.num_workers=0", f"{loader}.persistent_workers=False"]
    for name, code in (("files", files), ("packed", packed)):
        config, samples = f"mmocr_{name}.py", lines_of(work / name)
        (work / config).write_text(code, "utf-8")
        counting = [python, "count_mmocr.py", config]
        yield Step(f"MMOCR {name}, its samples", counting, work, "", r"kept (\d+)", samples)
        command = [python, "mmocr/tools/train.py", config, "--work-dir", f"mmocr_{name}", *small]
        yield Step(f"MMOCR {name}", command, work, r" loss: ([\d.]+)")


ROADS = {
    "paddleocr": paddleocr,
    "kraken": kraken,
    "doctr": doctr,
    "deep-text": deep_text,
    "easyocr": easyocr,
    "openocr": openocr,
    "tesseract": tesseract,
    "calamari": calamari,
    "pylaia": pylaia,
    "mmocr": mmocr,
    "libraries": libraries,
}


def _copied(tools: Tools, trainer: str, name: str, inner: str = "") -> Path:
    """A copy of a source, to be changed as its page says."""
    copy = tools.work / name
    if not copy.exists():
        shutil.copytree(tools.sources[trainer] / inner, copy)
    file = copy / "dataset.py"
    text = file.read_text("utf-8").replace(".next()", ".__next__()")
    gone, here = "from torch._utils import", "from itertools import accumulate as"
    text = text.replace(gone, here)
    file.write_text(text.replace("label.lower()", "label"), "utf-8")
    return copy


def _indented(code: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in code.split("\n"))


def _set(node: object, values: dict[str, object]) -> None:
    items = node.items() if isinstance(node, dict) else enumerate(node)  # type: ignore[arg-type]
    for key, value in items:
        if key in values:
            node[key] = values[key]  # type: ignore[index]
        elif isinstance(value, dict | list):
            _set(value, values)


def run(step: Step, tools: Tools) -> bool:
    """Run a step and print what came of it; False where it failed."""
    if step.needs:
        print(f"{step.name}: not run: {step.needs}", flush=True)
        return True
    log = tools.work / f"{re.sub('[^a-zA-Z0-9]+', '_', step.name)}.log"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "WANDB_MODE": "disabled"}
    with log.open("wb") as file:
        try:
            code = subprocess.run(
                step.command,
                cwd=step.folder,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                timeout=tools.seconds,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
    text = log.read_text("utf-8", errors="replace")
    said = [] if code == 0 else [f"FAILED ({code}), see {log}"]
    if step.loss:
        losses = re.findall(step.loss, text)
        said += [f"{len(losses)} figures, {losses[0]} to {losses[-1]}"] if losses else ["no figure"]
    if step.kept:
        kept = re.findall(step.kept, text)
        said.append(f"{kept[0] if kept else 'nothing said'} of {step.samples} samples kept")
    print(f"{step.name}: {'; '.join(said) or 'ran'}", flush=True)
    return code == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--work", type=Path, default=Path("build/run_trainers"))
    parser.add_argument("--source", action="append", default=[], metavar="TRAINER=FOLDER")
    parser.add_argument("--python", action="append", default=[], metavar="TRAINER=PROGRAM")
    parser.add_argument("--only", action="append", choices=sorted(ROADS))
    parser.add_argument("--seconds", type=int, default=900, help="most for one run")
    given = parser.parse_args()
    pairs = [dict(one.split("=", 1) for one in many) for many in (given.source, given.python)]
    work = given.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    sources = {name: Path(folder) for name, folder in pairs[0].items()}
    pythons = {name: os.path.abspath(program) for name, program in pairs[1].items()}  # noqa: PTH100
    tools = Tools(work, sources, pythons, given.seconds)
    make_sets(work)
    good = True
    for name in given.only or ROADS:
        for step in ROADS[name](tools):
            good &= run(step, tools)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
