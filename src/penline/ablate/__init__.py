"""Which lines teach: one reader trained on the lines of each arm, and judged on real ones."""

from __future__ import annotations

from penline.ablate.arms import Arm, arm_of
from penline.ablate.recognisers import RECOGNISERS
from penline.ablate.running import AblateJob, Ablation, ablate

__all__ = ["RECOGNISERS", "AblateJob", "Ablation", "Arm", "ablate", "arm_of"]
