"""What a bundle says and cannot prove, in words that stand beside the result."""

from collections.abc import Iterator, Sequence

import numpy as np

from whosecopy.errors import IntegrityError
from whosecopy.model import Template
from whosecopy.verify.bundle import Bundle
from whosecopy.verify.records import about
from whosecopy.verify.values import Panel


def left_out(bundle: Bundle) -> Iterator[str]:
    """Marks that were erased for no reason that the bundle shows: whoever may choose them can name anybody.

    The reason is that another version in the bundle took them over from a copy, which its template says. Raises
    `IntegrityError` where such a mark counts.
    """
    for panel, template in zip(bundle.evidence.panels, bundle.templates, strict=True):
        taken = _taken_over(bundle.templates, panel)
        marks = [set(mark.sites) for mark in template.marks if not taken.isdisjoint(mark.sites)]
        rows = [row for mark, row in zip(template.marks, panel.levels, strict=True) if not taken.isdisjoint(mark.sites)]
        name = f"{panel.document} version {panel.version}"
        if any(np.ptp(row) for row in rows):
            raise IntegrityError(f"{name}: marks count that another version took over from a copy")
        unexplained = set(panel.left_out).difference(*marks)
        if unexplained:
            yield f"why {len(unexplained)} sites of {name} were left out: no template in the bundle took them over"


def taken_over(bundle: Bundle) -> Iterator[str]:
    """What templates say that they took over, where it decides which marks count: a seal says so, nothing shows it."""
    for panel in bundle.evidence.panels:
        if not _taken_over(bundle.templates, panel).isdisjoint(panel.left_out):
            name = f"{panel.document} version {panel.version}"
            yield f"that sites of {name} which were left out stood in a later master as in one of its copies"


def earlier_traces(bundle: Bundle) -> Iterator[str]:
    """How many earlier tests of these documents the case does not count as traces of its exhibit, if any.

    Their contents are not opened. An exhibit that was traced before is tested at a smaller level.
    """
    (tested,) = about(bundle.log, "test", bundle.case.verdict.case)
    chains = bundle.log.documents.values()
    before = sum(
        one.header.kind == "test" and one.header.sequence < tested.header.sequence for chain in chains for one in chain
    )
    others = before - (bundle.case.retrace - 1)
    if others > 0:
        yield f"that {others} earlier tests of these documents were of other exhibits"


def always(bundle: Bundle, reread: bool) -> Iterator[str]:
    """What no bundle can show."""
    if not reread:
        yield "the reading: run again with --reread"
    if bundle.evidence.copies:
        yield "that the codewords were drawn by chance, none made like another: the key that draws them is never opened"
    if bundle.evidence.approvals:
        yield "that each approver holds the credential given for them"
    yield "that records made after the last one in the bundle do not exist"


def _taken_over(templates: Sequence[Template], panel: Panel) -> set[int]:
    key = panel.document, panel.version
    return {
        site
        for template in templates
        for one in template.inherited
        if (one.document, one.version) == key
        for site in one.sites
    }
