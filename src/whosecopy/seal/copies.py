"""From a template to the files of its copies: a deterministic function of master, template and variants."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from whosecopy.carriers.base import Carrier
from whosecopy.carriers.registry import load
from whosecopy.errors import IntegrityError
from whosecopy.media.dispatch import render
from whosecopy.model import Document, Template

Variants = NDArray[np.uint8]
"""Which variant each mark of one copy shows: shape (m,)."""


def renderer(master: Document, template: Template) -> Callable[[Variants], bytes]:
    """A function that makes the file of one copy from the variants that its marks show.

    Raises `IntegrityError` where `master` no longer reads as it did when it was sealed.
    """
    if master.text != template.text:
        raise IntegrityError(
            "the stored master no longer reads as it did when it was sealed; use the version that sealed it"
        )
    writers = _writers(template)

    def make(variants: Variants) -> bytes:
        return render(_written(master, template, writers, variants))

    return make


def marked(master: Document, template: Template, variants: Variants) -> Document:
    """`master` as the copy reads whose marks show `variants`, not yet rendered."""
    return _written(master, template, _writers(template), variants)


def _writers(template: Template) -> list[tuple[Carrier, list[int]]]:
    names: dict[str, list[int]] = {}
    for number, site in enumerate(template.sites):
        names.setdefault(site.carrier, []).append(number)
    return [(load(name), numbers) for name, numbers in names.items()]


def _written(
    master: Document, template: Template, writers: Sequence[tuple[Carrier, list[int]]], variants: Variants
) -> Document:
    shown = _per_site(template, variants)
    document = master
    for carrier, numbers in writers:
        document = carrier.write(document, [template.sites[k] for k in numbers], [shown[k] for k in numbers])
    return document


def _per_site(template: Template, variants: Sequence[int] | Variants) -> list[int]:
    shown = [0] * len(template.sites)
    for mark, variant in zip(template.marks, variants, strict=True):
        for site in mark.sites:
            shown[site] = int(variant)
    return shown
