"""A PaddleOCR configuration whose lengths and shapes fit the lines that were made.

Keys and their meaning as in PaddleOCR's own recognition configurations (PP-OCRv3 to v6). The stock
value ``max_text_length: 25`` silently skips longer lines; here it follows the data, and so does the
width where the network has a column every 8 px. ``RecConAug``, which joins several pictures into
one, is left out: PaddleOCR's own handwriting recipe leaves it out, because lines are long already.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from penline.export.paddleocr_fit import Fit
from penline.export.paddleocr_networks import (
    BACKBONES,
    COLUMN_PX,
    COLUMNS,
    HEIGHT_PX,
    NETWORKS,
    POOLING,
)

__all__ = ["CONFIGURATION", "configuration"]

CONFIGURATION = "paddleocr_rec.yml"
STOCK_LENGTH = 25
_ENDS = 2
"""What the labels of NRTR and SAR have besides: a start and an end."""


def configuration(
    *,
    data: Mapping[str, Sequence[str]],
    longest: int,
    fit: Fit,
    use_space: bool,
    network: str = "",
) -> str:
    """The YAML text.

    Args:
        data: for ``Train``, and for ``Eval`` where there are lines for it: the settings of the
            data set, a line of YAML each.
        longest: characters of the longest label.
        fit: columns and widths of the lines.
        use_space: PaddleOCR should add the space to the dictionary.
        network: name of the stock network that the lines are for, or ``""``.
    """
    stock = NETWORKS.get(network)
    guide = stock.guide if stock else "NRTR"
    width = fit.width_px
    length = max(STOCK_LENGTH, math.ceil((longest + _ENDS) / 5) * 5)
    held = "" if len(data) > 1 else "  # no validation list was made (penline compose --val 0.05)"
    over = f"{network}.yml" if stock else "PP-OCRv4_mobile_rec.yml, PP-OCRv5_server_rec.yml"
    encode = (
        "MultiLabelEncode: {gtc_encode: NRTRLabelEncode}"
        if guide == "NRTR"
        else "MultiLabelEncode:"
    )
    keys = f"[image, label_ctc, label_{'gtc' if guide == 'NRTR' else 'sar'}, length, valid_ratio]"
    between = "\n    "
    last = f"""\
      - {encode}
      - RecResizeImg: {{image_shape: [3, {HEIGHT_PX}, {width}]}}
      - KeepKeys: {{keep_keys: {keys}}}
"""
    return f"""\
# Settings that fit this data set, to put over a PaddleOCR recognition configuration
# ({over}): these keys take the place of those of the
# same name, and Train.sampler goes (its MultiScaleSampler serves MultiScaleDataSet alone). Run
# PaddleOCR from this folder, or write the folder's path in place of each ./
#
{_columns(fit, stock.backbone if stock else None)}\
Global:
  character_dict_path: ./dict.txt
  use_space_char: {str(use_space).lower()}
  # The longest label has {longest} characters; the head beside CTC adds a start and an end. What is
  # longer than this less {_ENDS}, PaddleOCR replaces by another sample without a word.
  max_text_length: &max_text_length {length}
  d2s_train_image_shape: [3, {HEIGHT_PX}, {width}]
Train:
  dataset:
    {between.join(data["Train"])}
    transforms:  # RecConAug is left out on purpose: these lines are long already
      - DecodeImage: {{img_mode: BGR, channel_first: false}}
      - RecAug:
{last}\
Eval:
  dataset:
    {between.join(data.get("Eval", data["Train"]))}{held}
    transforms:
      - DecodeImage: {{img_mode: BGR, channel_first: false}}
{last}"""


def _columns(fit: Fit, backbone: str | None) -> str:
    """Comments on columns and width."""
    lines, width, widest = f"{fit.lines.total():,}", fit.width_px, fit.widest_px
    need = "a line needs a column a\ncharacter, one more between two that are the same"
    if not fit.pooled:
        return _commented(
            f"Columns: this network has one every {COLUMN_PX} px, and {need}.",
            f"{fit.short(width):,} of {lines} lines have fewer over their ink: CTC learns nothing.",
        )
    squeezed = sum(n for (_, px), n in fit.lines.items() if px > width)
    return _commented(
        f"Columns: the stock network pools to {COLUMNS} in training, at any width, and {need}.",
        f"{fit.over:,} of {lines} lines need more than {COLUMNS}: CTC learns nothing of these.",
        f"At {width} px, which loses least as measured, {fit.short(width):,} have fewer over their",
        f"ink than they need, and {squeezed:,} are squeezed; at {widest} px, which squeezes none, "
        f"{fit.short(widest):,} have fewer.",
        f"For long lines, put {widest} in place of {width} below, and in ppocr/modeling/backbones/",
        f"({backbone or ', '.join(BACKBONES.values())})",
        f"{POOLING.replace('40', 'x.shape[3] // 2')}",
        f"in place of {POOLING}: a column is {COLUMN_PX} px then, in",
        f"training as in reading, and {fit.short(widest, pooled=False):,} lines have too few.",
    )


def _commented(*lines: str) -> str:
    text = "\n".join(lines).replace("\n", "\n# ")
    return f"# {text}\n#\n"
