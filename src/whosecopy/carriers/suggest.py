"""Candidate variants written into a document, for a person to accept or strike out."""

from collections.abc import Sequence
from dataclasses import replace

from whosecopy.carriers.markup import escape
from whosecopy.model import Document, Edit, Site


def candidates(master: Document) -> list[Site]:
    """Every place that some carrier of wording could change, rules that are off by default included."""
    from whosecopy.carriers.english import TextCarrier
    from whosecopy.carriers.registry import carriers
    from whosecopy.carriers.settle import settle

    proposed = [carrier for carrier in carriers() if isinstance(carrier, TextCarrier)]
    return settle(master.text, [site for carrier in proposed for site in carrier.suggestions(master)])


def annotate(document: Document, sites: Sequence[Site], opening: str = "{{", closing: str = "}}") -> str:
    """The document with each site written as a declaration: the source of a text format, else the reading text.

    Linked sites become a linked group. Of sites that overlap the first stays.
    """
    groups = {link: f"#{number}:" for number, link in enumerate(sorted({site.link for site in sites if site.link}), 1)}
    edits: list[Edit] = []
    for site in sorted(sites, key=lambda site: (site.start, site.end)):
        if edits and site.start < edits[-1].end:
            continue
        variants = "|".join(escape(variant) for variant in site.variants)
        edits.append(Edit(site.start, site.end, f"{opening}{groups.get(site.link, '')}{variants}{closing}"))
    annotated = document.with_edits(tuple(edits))
    if not document.media.startswith("text/"):
        return annotated.edited_text()
    from whosecopy.media.dispatch import render

    # declarations are written as they stand, not escaped as text would be
    literal = tuple(replace(piece, escape="none") for piece in document.pieces)
    return render(replace(annotated, pieces=literal)).decode(document.encoding)
