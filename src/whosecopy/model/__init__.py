"""Frozen values that every layer speaks; no I/O.

`document`: what a reader reads. `layout`: where its words stand on pages. `template`: a master with its
ordered marks. `people`: recipients and copies. `reading`: what a leak says of each mark. `verdict`: what
follows from it, and the `Case` that a report is made from. `codec`: canonical JSON of all of them.
"""

from whosecopy.model.document import Block, Document, Edit, Piece
from whosecopy.model.layout import Layout, Looks, SeenPage, Shift, Word
from whosecopy.model.people import Copy, Recipient
from whosecopy.model.reading import Evidence, Floats, Reading
from whosecopy.model.template import Inherited, Mark, Site, Template
from whosecopy.model.verdict import (
    Case,
    DecoyCheck,
    Exhibit,
    HistoryStep,
    How,
    MarkCount,
    MarkTally,
    NamedCopy,
    Outcome,
    Verdict,
)

__all__ = [
    "Block",
    "Case",
    "Copy",
    "DecoyCheck",
    "Document",
    "Edit",
    "Evidence",
    "Exhibit",
    "Floats",
    "HistoryStep",
    "How",
    "Inherited",
    "Layout",
    "Looks",
    "Mark",
    "MarkCount",
    "MarkTally",
    "NamedCopy",
    "Outcome",
    "Piece",
    "Reading",
    "Recipient",
    "SeenPage",
    "Shift",
    "Site",
    "Template",
    "Verdict",
    "Word",
]
