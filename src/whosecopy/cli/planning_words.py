"""A plan in words: what was asked, what each profile needs, how much text that is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whosecopy.bench.planning import Length, Wish

AUTOMATIC, DECLARED = 1.4, 7.0
"""Marks in 100 words that survive retyping: found by rules in nine public documents, and declared in our demo plan.

Source: docs/explanation/limits.md and docs/explanation/measurements.md.
"""


def words_of(marks: int, per_100: float) -> int:
    """Words that hold `marks` marks, rounded up to tens.

    >>> words_of(35, 1.4), words_of(35, 7.0)
    (2500, 500)
    """
    return -(-round(marks * 100 / per_100) // 10) * 10


def pages(words: int) -> str:
    """As people think of text: words, and pages of 350.

    >>> pages(2500)
    '2,500 words, 7.1 pages'
    """
    from whosecopy.seal.passages import PAGE_WORDS

    count = words / PAGE_WORDS
    return f"{words:,} words, {count:,.1f} pages" if count < 10 else f"{words:,} words, {count:,.0f} pages"


def question(wish: "Wish") -> str:
    """What was asked for, in a line."""
    from whosecopy.trace.report.figures import figure_ascii

    leak = "one leaks" if wish.coalition == 1 else f"{wish.coalition} of them merge their copies"
    misread = f", {100 * wish.error:.3g} % of marks misread" if wish.error else ""
    given = f"{wish.recipients:,} recipients, {leak}, alpha {figure_ascii(wish.alpha)}{misread}"
    return f"{given}: marks that name one in 95 of 100 leaks"


def cells(one: "Length") -> tuple[str, str, str, str]:
    """Profile, marks, how the check went, and the way of merging that needed most."""
    if one.marks is None or one.check is None:
        return one.profile, "none", "-", "these leakers leave no trace in it"
    return one.profile, f"{one.marks:,}", f"{one.check.named} of {one.check.trials}", one.attack
