"""Degrade one page: PNG in, PNG out. Run by the Python of .venv-degraders with a pipeline's name and a seed.

Augraphy's Scribbles fetch a font while they run and are left out.
"""

import random
import sys
from typing import Any

import albumentations
import augraphy
import cv2
import numpy as np

FETCHES = "Scribbles"


def main(name: str, seed: int) -> None:
    """Write the degraded page, in grey, to standard output."""
    random.seed(seed)
    np.random.seed(seed % 2**31)
    data = np.frombuffer(sys.stdin.buffer.read(), dtype=np.uint8)
    page = cv2.imdecode(data, cv2.IMREAD_COLOR)
    out = PIPELINES[name](page, seed)
    grey = cv2.cvtColor(out, cv2.COLOR_BGR2GRAY) if out.ndim == 3 else out
    sys.stdout.buffer.write(cv2.imencode(".png", grey.astype(np.uint8))[1].tobytes())


def _default(page: Any, seed: int) -> Any:
    pipeline = augraphy.default_augraphy_pipeline()
    for phase in ("ink_phase", "paper_phase", "post_phase"):
        sequence = getattr(pipeline, phase)
        setattr(pipeline, phase, type(sequence)(_offline(sequence.augmentations)))
    return _augmented(pipeline, page)


def _offline(steps: list[Any]) -> list[Any]:
    """The steps without those that fetch files; a choice of steps keeps the others and its probability."""
    kept = []
    for step in steps:
        if type(step).__name__ == FETCHES:
            continue
        inner = getattr(step, "augmentations", None)
        if inner is None:
            kept.append(step)
        elif _offline(inner):
            kept.append(type(step)(_offline(inner), p=step.p))
    return kept


def _copier(page: Any, seed: int) -> Any:
    post = [augraphy.BadPhotoCopy(p=1), augraphy.DirtyDrum(p=1), augraphy.SubtleNoise(p=1), augraphy.Jpeg(p=1)]
    return _augmented(augraphy.AugraphyPipeline([augraphy.InkBleed(p=1)], [], post), page)


def _fax(page: Any, seed: int) -> Any:
    return _augmented(augraphy.AugraphyPipeline([], [], [augraphy.DirtyRollers(p=1), augraphy.Faxify(p=1)]), page)


def _augmented(pipeline: Any, page: Any) -> Any:
    done = pipeline.augment(page)
    return done["output"] if isinstance(done, dict) else done


def _snapshot(page: Any, seed: int) -> Any:
    """A careless snapshot by albumentations: perspective, lens, shadow, motion, sensor noise, JPEG."""
    a = albumentations
    steps = [
        a.Perspective(scale=(0.02, 0.06), fit_output=True, fill=70, p=1),
        a.OpticalDistortion(distort_limit=(-0.04, 0.04), p=1),
        a.RandomShadow(p=1),
        a.RandomBrightnessContrast(p=1),
        a.MotionBlur(blur_limit=(3, 5), p=1),
        a.ISONoise(p=1),
        a.ImageCompression(quality_range=(50, 80), p=1),
    ]
    return a.Compose(steps, seed=seed)(image=page)["image"]


PIPELINES = {
    "Augraphy, default": _default,
    "Augraphy, bad photocopy": _copier,
    "Augraphy, fax": _fax,
    "albumentations, snapshot": _snapshot,
}

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
