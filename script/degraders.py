"""Trace pages that Augraphy and albumentations degraded: prints a row for each leak, then a row for each pipeline.

Usage: script/degraders TRIALS PDF... [--only PIPELINE] [--seed SEED]
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from whosecopy.bench.collection import collect
from whosecopy.bench.layout import Setting, planned, rows, totals, traces
from whosecopy.bench.layout_ways import Way
from whosecopy.bench.printing import Draw, Grey, Scanner, printed
from whosecopy.stats.intervals import clopper_pearson

ROOT = Path(__file__).resolve().parents[1]
PYTHON, DEGRADE = ROOT / ".venv-degraders/bin/python", ROOT / "script/degrade.py"
DPI, PRINT_DPI = Scanner(150).dpi, 600
PIPELINES = ("Augraphy, default", "Augraphy, bad photocopy", "Augraphy, fax", "albumentations, snapshot")
SECONDS = 300


def main(trials: int, documents: Sequence[Path], pipelines: Sequence[str], seed: int) -> None:
    """Every pipeline `trials` times with every document; how often copies were named, with 95 % limits."""
    ways = [Way(name, partial(degraded, name)) for name in pipelines]
    seen = []
    for number, document in enumerate(collect(documents)):
        for one in traces(planned(document, Setting()), ways, trials, Setting(), np.random.default_rng([seed, number])):
            seen.append(one)
            sys.stdout.write(f"{one.document} | {one.attack} | found {one.found} named {one.named} wrong {one.wrong}\n")
            sys.stdout.flush()
    for row in rows(seen):
        if row["document"] == "all":
            sys.stdout.write(f"{row}\n")
    for name in pipelines:
        named = [one.named for one in seen if one.attack == name]
        low, high = clopper_pearson(sum(named), len(named), 0.975)
        sys.stdout.write(f"{name}: named {sum(named)} of {len(named)}, 95 % limits {low:.2f} to {high:.2f}\n")
    sys.stdout.write("{1} wrong names in {0} traces, 95 % upper limit {2:.2g}\n".format(*totals(seen)))


def degraded(name: str, draws: Sequence[Draw], rng: np.random.Generator) -> Grey:
    """A print of the page at 150 dpi, degraded; with another seed where the pipeline itself fails, as Augraphy can."""
    sheet = cv2.resize(printed(draws[0]), None, fx=DPI / PRINT_DPI, fy=DPI / PRINT_DPI, interpolation=cv2.INTER_AREA)
    page = cv2.imencode(".png", sheet)[1].tobytes()
    for _ in range(3):
        command = [str(PYTHON), str(DEGRADE), name, str(int(rng.integers(10**6)))]
        with tempfile.TemporaryDirectory() as litter:  # Augraphy leaves its cache where it is run
            done = subprocess.run(command, input=page, capture_output=True, timeout=SECONDS, check=False, cwd=litter)
        grey = cv2.imdecode(np.frombuffer(done.stdout, dtype=np.uint8), cv2.IMREAD_GRAYSCALE) if done.stdout else None
        if grey is not None:
            return np.asarray(grey, dtype=np.uint8)
        sys.stderr.write(f"{name}: the simulator failed ({done.stderr.decode(errors='replace')[-120:].strip()})\n")
    sys.exit(f"{name} fails three times in a row")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("trials", type=int)
    options.add_argument("documents", type=Path, nargs="+")
    options.add_argument("--only", choices=PIPELINES)
    options.add_argument("--seed", type=int, default=7)
    given = options.parse_args()
    main(given.trials, given.documents, [given.only] if given.only else PIPELINES, given.seed)
