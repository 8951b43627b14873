"""From a template to the files of its copies: a deterministic function of master, template and variants."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from whosecopy.carriers.base import Writer
from whosecopy.carriers.registry import writer
from whosecopy.errors import IntegrityError
from whosecopy.media.dispatch import open_document, press
from whosecopy.model import Block, Document, Template

Variants = NDArray[np.uint8]
"""Which variant each mark of one copy shows: shape (m,)."""


def sealed_master(template: Template, data: bytes, name: str, encoding: str | None) -> Document:
    """The master in the file `data` as it was read when `template` was made.

    Pages are not taken apart again: `renderer` finds their words where they were, or refuses.
    """
    if not template.layout.words:
        return open_document(data, name, encoding)
    blocks = tuple(Block(start, end, "page") for start, end in template.blocks)
    whole = ((0, len(template.text)),)
    return Document(template.media, template.text, blocks, whole, (), data, layout=template.layout)


def renderer(master: Document, template: Template) -> Callable[[Variants], bytes]:
    """A function that makes the file of one copy from the variants that its marks show.

    Raises `IntegrityError` where `master` no longer reads as it did when it was sealed.
    """
    if master.text != template.text or len(master.layout.words) != len(template.layout.words):
        raise IntegrityError(
            "the stored master no longer reads as it did when it was sealed; use the version that sealed it"
        )
    writers = _writers(template)
    ends = [np.full(template.length, variant, dtype=np.uint8) for variant in (0, 1)] if template.layout.words else []
    printed = press(master, [_written(master, template, writers, one) for one in ends])

    def make(variants: Variants) -> bytes:
        return printed(_written(master, template, writers, variants))

    return make


def marked(master: Document, template: Template, variants: Variants) -> Document:
    """`master` as the copy reads whose marks show `variants`, not yet rendered."""
    return _written(master, template, _writers(template), variants)


def _writers(template: Template) -> list[tuple[Writer, list[int]]]:
    names: dict[str, list[int]] = {}
    for number, site in enumerate(template.sites):
        names.setdefault(site.carrier, []).append(number)
    return [(writer(name), numbers) for name, numbers in names.items()]


def _written(
    master: Document, template: Template, writers: Sequence[tuple[Writer, list[int]]], variants: Variants
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
