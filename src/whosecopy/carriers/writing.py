"""A master as one of its copies reads: every mark shows the variant that it is told to."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from whosecopy.carriers.base import Writer
from whosecopy.carriers.registry import is_layout, writer
from whosecopy.model import Document, Template

Variants = NDArray[np.uint8]
"""Which variant each mark of one copy shows: shape (m,)."""


def marked(master: Document, template: Template, variants: Variants, wording_only: bool = False) -> Document:
    """`master` as the copy reads whose marks show `variants`, not yet rendered.

    With `wording_only` its words look as the master's.
    """
    return marker(master, template, wording_only)(variants)


def marker(master: Document, template: Template, wording_only: bool = False) -> Callable[[Variants], Document]:
    """`marked` for many copies of one master."""
    chosen = [(name, sites) for name, sites in _by_carrier(template).items() if not (wording_only and is_layout(name))]
    writers: list[tuple[Writer, list[int]]] = [(writer(name), sites) for name, sites in chosen]

    def mark(variants: Variants) -> Document:
        shown = _per_site(template, variants)
        document = master
        for carrier, sites in writers:
            document = carrier.write(document, [template.sites[k] for k in sites], [shown[k] for k in sites])
        return document

    return mark


def _by_carrier(template: Template) -> dict[str, list[int]]:
    """The numbers of the sites of each carrier."""
    found: dict[str, list[int]] = {}
    for number, site in enumerate(template.sites):
        found.setdefault(site.carrier, []).append(number)
    return found


def _per_site(template: Template, variants: Sequence[int] | Variants) -> list[int]:
    shown = [0] * len(template.sites)
    for mark, variant in zip(template.marks, variants, strict=True):
        for site in mark.sites:
            shown[site] = int(variant)
    return shown
