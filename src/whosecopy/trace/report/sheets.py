"""The pages that an exhibit's pictures show, brought into place, with each marked word on them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from whosecopy.carriers.layout import place
from whosecopy.carriers.registry import is_layout
from whosecopy.errors import IntegrityError
from whosecopy.model import Case
from whosecopy.model.measured import Measured, PageInPicture

MOST = 12
"""Pages that the report shows; further ones are counted."""
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class MarkedWord:
    """A word with marks, its box in points; `state` is `read`, `unclear` or `outside` (of what the picture shows)."""

    x: float
    y: float
    width: float
    height: float
    state: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as one picture shows it; `picture` is base64 of a PNG, `counts` says how many words are in each state."""

    page: int
    number: int
    change: str
    features: int
    width: float
    height: float
    picture: str
    words: tuple[MarkedWord, ...]
    counts: dict[str, int]


def sheets(case: Case) -> list[Sheet]:
    """The pages found in the pictures of `case`, at most twelve, in the order of the pictures.

    Raises IntegrityError where what was measured contradicts itself.
    """
    measured = next((one for one in case.exhibit.measured if one.pages), None)
    if measured is None:
        return []
    states = _states(case)
    return [_sheet(measured, one, states) for one in measured.pages[:MOST]]


def _states(case: Case) -> dict[int, str]:
    """What was read of each word that has marks."""
    states: dict[int, str] = {}
    for item in case.evidence:
        if not 0 <= item.site < len(case.sites):
            raise IntegrityError(f"case of {case.exhibit.name!r}: evidence lies outside it; make the case anew")
        site = case.sites[item.site]
        if is_layout(site.carrier):
            word = place(site)[0]
            states[word] = "read" if "read" in (item.state, states.get(word)) else "unclear"
    return states


def _sheet(measured: Measured, one: PageInPicture, states: Mapping[int, str]) -> Sheet:
    if not one.view.startswith(_PNG) or not len(measured.words) == len(measured.on_page) == len(measured.boxes_pt):
        raise IntegrityError("what the pictures of this case show contradicts itself; make the case anew")
    words = []
    for k, (word, page) in enumerate(zip(measured.words, measured.on_page, strict=True)):
        if page == one.page and word in states:
            left, top, right, bottom = measured.boxes_pt[k]
            state = states[word] if _seen(measured, k) else "outside"
            words.append(MarkedWord(left, top, round(right - left, 2), round(bottom - top, 2), state))
    counts = {state: sum(word.state == state for word in words) for state in ("read", "unclear", "outside")}
    view = base64.b64encode(one.view).decode()
    return Sheet(one.page + 1, one.picture + 1, one.change, one.features, *one.size_pt, view, tuple(words), counts)


def _seen(measured: Measured, k: int) -> bool:
    return any(column[k] is not None for column in (measured.along_pt, measured.up_pt, measured.grey))
