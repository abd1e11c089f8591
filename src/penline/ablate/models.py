"""Models that read lines: the best of an ablation, an ONNX file, or RapidOCR's."""

from __future__ import annotations

import json
from importlib import import_module
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import cv2
import numpy as np
import numpy.typing as npt

from penline.ablate.recognisers import RECOGNISERS
from penline.ablate.text import Folding
from penline.ablate.training import WEIGHTS
from penline.durable import put, read_file
from penline.errors import ExportError, MissingExtra, UsageError
from penline.records import Bytes2D
from penline.stream.labels import CTCLabels
from penline.stream.place import torch

__all__ = ["MODEL", "LineReader", "ScoringReader", "model_of", "write_onnx"]

MODEL = "model.json"
_MOST_BYTES = 1 << 30
_LEAST_PX = 8
_LEAST_CHANCE = 1e-9


class LineReader(Protocol):
    """Reads lines.

    Attributes:
        name: what it is, in words.
        height_px: of the lines that it takes.
        trim: they are cut to their ink.
    """

    name: str
    height_px: int
    trim: bool

    def read(self, image: Bytes2D) -> str:
        """Read a line: ``uint8 (height_px, width_px)``, grey."""


@runtime_checkable
class ScoringReader(LineReader, Protocol):
    """Reads lines by CTC, and tells the scores.

    Attributes:
        labels: its alphabet.
        folding: of the labels that it learned.
        step_px: width of a step, in px at its height.
    """

    labels: CTCLabels
    folding: Folding
    step_px: float

    def scores(self, image: Bytes2D) -> npt.NDArray[np.float32]:
        """Logits or probabilities' logarithms, ``float32 (steps, classes)``, the blank first.

        Args:
            image: as `read` takes it.
        """


def model_of(spec: str) -> LineReader:
    """Load a model: ``rapidocr``, an ``.onnx`` file, the folder of an ablation, or the weights of
    one of its trainings, ``ARM/seed-1/weights.pt`` in it.

    Raises:
        UsageError: there is no such thing.
        MissingExtra: the package that runs it is not installed.
        ExportError: it is not as it should be.
    """
    if spec == "rapidocr":
        return _RapidOCR()
    path = Path(spec)
    if path.is_file() and path.suffix.lower() == ".onnx":
        return _Onnx(path)
    if (path / MODEL).is_file():
        return _Trained(path)
    seed, arm, whole = islice(chain(path.resolve().parents, repeat(path)), 3)
    if path.name == WEIGHTS and path.is_file() and (whole / MODEL).is_file():
        return _Trained(whole, f"{arm.name}/{seed.name}")
    raise UsageError(
        f"{spec} is no model: name the folder of penline ablate (or {WEIGHTS} of an arm in it), "
        "an .onnx file, or rapidocr"
    )


class _Trained:
    """The best weights of an ablation, or those of one of its trainings."""

    def __init__(self, folder: Path, training: str = "") -> None:
        self.told = _told(folder / MODEL)
        if training:  # all of them share all else
            arm, _, seed = training.rpartition("/seed-")
            self.told |= {"weights": f"{training}/{WEIGHTS}", "arm": arm, "seed": seed}
        self.name = f"{self.told['recogniser']}, arm {self.told['arm']}, seed {self.told['seed']}"
        kind = RECOGNISERS.load(self.told["recogniser"])
        self.height_px, self.stride_px = kind.height_px, kind.stride_px
        self.step_px = float(kind.stride_px)
        self.trim = self.told.get("trim") is True
        self.labels, self.folding = CTCLabels(self.told["alphabet"]), _folding(self.told)
        self.network = kind.build(len(self.labels))
        weights = folder / self.told["weights"]
        if ".." in Path(self.told["weights"]).parts or not weights.is_file():
            raise ExportError(f"{folder / MODEL} names weights that are not there")
        self.network.load_state_dict(torch().load(weights, map_location="cpu", weights_only=True))
        self.network.eval()

    def scores(self, image: Bytes2D) -> npt.NDArray[np.float32]:
        module = torch()
        with module.no_grad():
            scores = self.network(module.from_numpy(_wide(image, self.stride_px))[None, None])
        return np.asarray(scores[:, 0].numpy(), np.float32)

    def read(self, image: Bytes2D) -> str:
        return self.labels.decode(self.scores(image).argmax(1).tolist()).strip()


def write_onnx(folder: Path, out: Path) -> None:
    """Write the best weights of an ablation as an ONNX model that says how it was made.

    It takes ``uint8 (lines, 1, height_px, width_px)`` and gives logits ``(steps, lines, classes)``;
    its metadata have ``character``, one a line, the first class being the blank, and ``penline``.

    Raises:
        MissingExtra: PyTorch or onnx is not installed.
    """
    trained = _Trained(folder)
    try:
        onnx = import_module("onnx")
    except ImportError:
        raise MissingExtra("an ONNX model", "onnx") from None
    module = torch()
    axes = {"images": {0: "lines", 3: "width_px"}, "logits": {0: "steps", 1: "lines"}}
    blank = module.full((1, 1, trained.height_px, 160), 255, dtype=module.uint8)
    partial = out.with_name(f".{out.name}.partial")
    try:
        module.onnx.export(
            trained.network,
            (blank,),
            str(partial),
            input_names=["images"],
            output_names=["logits"],
            dynamic_axes=axes,
            dynamo=False,
        )
        model = onnx.load(str(partial))
    finally:
        partial.unlink(missing_ok=True)
    metadata = {
        "character": "\n".join(trained.labels.characters),
        "stride_px": str(trained.stride_px),
        "trim": str(int(trained.trim)),
        "penline": json.dumps(trained.told, ensure_ascii=False),
    }
    onnx.helper.set_model_props(model, metadata)
    put(out, model.SerializeToString())


class _Onnx:
    """A model for CTC in a file: ours, or one of PaddleOCR's recognition with its dictionary."""

    def __init__(self, path: Path) -> None:
        try:
            runtime = import_module("onnxruntime")
        except ImportError:
            raise MissingExtra("reading with an ONNX model", "onnx") from None
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        try:
            self.session = runtime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001  the runtime's own are of many classes
            raise ExportError(f"{path} is no ONNX model: {str(error).splitlines()[0]}") from None
        given = self.session.get_inputs()[0]
        told = self.session.get_modelmeta().custom_metadata_map
        characters = told.get("character", "")
        self.trim, self.folding = told.get("trim") == "1", Folding()
        shape = given.shape
        if not characters or len(shape) != 4 or not isinstance(shape[2], int):
            raise ExportError(
                f"{path}: not a model of lines that says its height and its characters "
                "(metadata `character`, one a line)"
            )
        self.ours = given.type == "tensor(uint8)"
        if self.ours and "penline" in told:
            self.folding = _folding(json.loads(told["penline"]))
        entries = characters.split("\n")
        self.labels = CTCLabels(entries if self.ours else [*entries, " "])
        self.name, self.height_px, self.input = path.name, shape[2], given.name
        self.step_px = 0.0

    def scores(self, image: Bytes2D) -> npt.NDArray[np.float32]:
        wide = _wide(image)
        if self.ours:
            given: Any = wide[None, None]
        else:
            colour = np.repeat(wide[None, None], 3, 1)
            given = colour.astype(np.float32) / np.float32(127.5) - np.float32(1)
        scores = self.session.run(None, {self.input: given})[0]
        found = scores[:, 0] if self.ours else np.log(np.maximum(scores[0], _LEAST_CHANCE))
        self.step_px = wide.shape[1] / len(found)
        return np.asarray(found, np.float32)

    def read(self, image: Bytes2D) -> str:
        best = self.scores(image).argmax(1).tolist()
        return self.labels.decode(min(one, len(self.labels) - 1) for one in best).strip()


class _RapidOCR:
    """RapidOCR's recogniser, whose weights come in its package."""

    name, height_px, trim = "RapidOCR", 48, False

    def __init__(self) -> None:
        try:
            module = import_module("rapidocr")
        except ImportError:
            raise UsageError(
                "reading with rapidocr needs pip install rapidocr onnxruntime"
            ) from None
        self.engine = module.RapidOCR(params={"Global.log_level": "error"})

    def read(self, image: Bytes2D) -> str:
        colour = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        found = self.engine(colour, use_det=False, use_cls=False, use_rec=True)
        return "".join(found.txts or ()).strip()


def _wide(image: Bytes2D, stride_px: int = _LEAST_PX) -> Bytes2D:
    """The image at a width that is a multiple of the stride, white added."""
    more = -image.shape[1] % max(stride_px, _LEAST_PX)
    return np.pad(image, ((0, 0), (0, more)), constant_values=255) if more else image


def _folding(told: dict[str, Any]) -> Folding:
    """Of what a model learned, by what is told of it."""
    return Folding(nfkc=told.get("nfkc") is not False, case=told.get("case") is not False)


def _told(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _MOST_BYTES:
        raise ExportError(f"{path} is larger than any description of a model")
    try:
        found = json.loads(read_file(path))
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{path} is not JSON: {error}") from None
    wanted = {"recogniser": str, "alphabet": str, "weights": str, "arm": str, "seed": int}
    for name, kind in wanted.items():
        if not isinstance(found, dict) or not isinstance(found.get(name), kind):
            raise ExportError(f"{path} does not say {name}: not the model of an ablation")
    told: dict[str, Any] = found
    return told
