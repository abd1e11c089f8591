"""Which lines teach a reader of Latin words: the arms of docs/what-teaches.md, on UNIPEN.

    python bench/proof.py train_r01_v07.zip --work FOLDER [--only ARM,ARM...] [--seeds 1,2,3]

Small readers are trained (`penline ablate`'s crnn-small, 32 px) on words composed from isolated
characters, or on real words, and judged on 3,000 real words of other people, 1,000 of each style;
bench/proof_split.tsv names them. What has been trained stays in FOLDER; the same command goes on
from there, and writes bench/proof_results.json; `--only ""` trains nothing and tells what is there.
The arm `novel` takes its words from FOLDER/novel.txt, any text that you have; without one it is
left out, and said so.
All pictures are words cut to their ink, at one height; pen and paper are the same. A training
takes some four minutes on one core of a processor that multiplies in bfloat16 (AMX), some seven on
others.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.append(sys.path.pop(0))  # profile.py beside this hides Python's own, which PyTorch wants

import numpy as np
from proof_arms import ARMS, STEPS, Proof
from proof_tell import page, per_cent, results, table

from penline.ablate.scores import rate
from penline.durable import put

RESULTS = Path(__file__).with_name("proof_results.json")


def main() -> None:
    """Train what is asked for and is not there, and write what has been found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    everything = ",".join(ARMS)
    parser.add_argument("--only", default=everything)
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    proof = Proof(given.archive, given.work, given.steps)
    for seed in map(int, given.seeds.split(",")):
        for name in filter(None, given.only.split(",")):
            if ARMS[name].novel and given.only == everything and not proof.has_novel:
                print(f"{name}: no {given.work / 'novel.txt'}, left out", flush=True)
                continue
            ran = proof.training(name, seed).run()
            error = per_cent(rate(np.array(ran["characters"])))
            print(f"{name}, seed {seed}: {error} in {ran['seconds']:.0f} s", flush=True)
    found = results(proof)
    put(given.out, json.dumps(found, indent=1).encode())
    page(proof)
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
