"""A PaddleOCR configuration whose lengths and shapes fit the lines that were made.

Keys and their meaning as in PaddleOCR's own recognition configurations (PP-OCRv4 and v5). Stock
values (``max_text_length: 25``, 320 px width at 48 px height) silently skip or squeeze longer
lines; here they follow the data. ``RecConAug``, which joins several pictures into one, is left
out: PaddleOCR's own handwriting recipe leaves it out, because lines are long already.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["configuration"]

HEIGHT_PX = 48
STOCK_WIDTH_PX = 320
STOCK_LENGTH = 25


def configuration(*, lists: Sequence[str], longest: int, ratio: float, use_space: bool) -> str:
    """The YAML text.

    Args:
        lists: label files, training first, then validation if there is one.
        longest: characters of the longest label.
        ratio: width over height of the widest image.
        use_space: PaddleOCR should add the space to the dictionary.
    """
    width = max(STOCK_WIDTH_PX, math.ceil(HEIGHT_PX * ratio / 32) * 32)
    length = max(STOCK_LENGTH, math.ceil(longest / 5) * 5)
    train, val = lists[0], lists[-1]
    held = "" if len(lists) > 1 else "  # no validation list was made (penline compose --val 0.05)"
    return f"""\
# Settings that fit this data set, to put over a PaddleOCR recognition configuration
# (PP-OCRv4_mobile_rec.yml, PP-OCRv5_server_rec.yml): these keys take the place of those of the
# same name, and Train.sampler goes (its MultiScaleSampler serves MultiScaleDataSet alone). Run
# PaddleOCR from this folder, or write the folder's path in place of each ./
Global:
  character_dict_path: ./dict.txt
  use_space_char: {str(use_space).lower()}
  max_text_length: &max_text_length {length}  # the longest label has {longest} characters
  d2s_train_image_shape: [3, {HEIGHT_PX}, {width}]
Train:
  dataset:
    name: SimpleDataSet
    data_dir: ./
    label_file_list: ["./{train}"]
    transforms:  # RecConAug is left out on purpose: these lines are long already
      - DecodeImage: {{img_mode: BGR, channel_first: false}}
      - RecAug:
      - MultiLabelEncode: {{gtc_encode: NRTRLabelEncode}}
      - RecResizeImg: {{image_shape: [3, {HEIGHT_PX}, {width}]}}
      - KeepKeys: {{keep_keys: [image, label_ctc, label_gtc, length, valid_ratio]}}
Eval:
  dataset:
    name: SimpleDataSet
    data_dir: ./
    label_file_list: ["./{val}"]{held}
    transforms:
      - DecodeImage: {{img_mode: BGR, channel_first: false}}
      - MultiLabelEncode: {{gtc_encode: NRTRLabelEncode}}
      - RecResizeImg: {{image_shape: [3, {HEIGHT_PX}, {width}]}}
      - KeepKeys: {{keep_keys: [image, label_ctc, label_gtc, length, valid_ratio]}}
"""
