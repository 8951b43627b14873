"""From a template to the files of its copies: a deterministic function of master, template and variants."""

from collections.abc import Callable

import numpy as np

from whosecopy.carriers.writing import Variants, marker
from whosecopy.errors import IntegrityError
from whosecopy.media.dispatch import press
from whosecopy.model import Document, Template


def renderer(master: Document, template: Template) -> Callable[[Variants], bytes]:
    """A function that makes the file of one copy from the variants that its marks show.

    Raises `IntegrityError` where `master` no longer reads as it did when it was sealed.
    """
    if master.text != template.text or len(master.layout.words) != len(template.layout.words):
        raise IntegrityError(
            "the stored master no longer reads as it did when it was sealed; use the version that sealed it"
        )
    mark = marker(master, template)
    ends = [np.full(template.length, variant, dtype=np.uint8) for variant in (0, 1)] if template.layout.words else []
    printed = press(master, [mark(one) for one in ends])
    return lambda variants: printed(mark(variants))
