"""The HTML report of a case: one self-contained page that works without scripts or network."""

import base64
import hashlib
import shlex
import unicodedata
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from whosecopy.model import Case, Outcome, codec
from whosecopy.trace.report import figures, plot
from whosecopy.trace.report.history import walk
from whosecopy.trace.report.overlay import stretches
from whosecopy.trace.report.proofs import Proofs
from whosecopy.trace.report.sheets import sheets
from whosecopy.trace.report.summary import NOTES

if TYPE_CHECKING:
    from jinja2 import Environment

_KINDS = {
    "declared": "a choice of words given by the author",
    "layout.luminance": "a word in black or in dark grey",
    "layout.word_x": "a word a little to the left or right",
    "layout.word_y": "a word a little lower or higher",
}
"""What kinds of mark are, where their name does not say it."""


def render_report(case: Case, proofs: Proofs | None = None) -> str:
    """The report of `case` as one HTML page, also well-formed XML, without scripts or outside references.

    Made from a bundle it also shows the `proofs` that were checked: records, commitments, approvals.

    Unless a copy is named, the page is the same whatever the codewords are: labels, recipients, scores
    and hand-outs that the case might hold are dropped before anything is laid out (STATISTICS V12).
    The exhibit is hostile: all text is escaped, invisible and direction-changing characters are spelt out.

    Raises IntegrityError where the case contradicts itself.
    """
    shown = _disclosable(case)
    verdict = shown.verdict
    style = _asset("report.css")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            case=shown,
            verdict=verdict,
            outcome=verdict.outcome.value,
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            stretches=stretches(shown),
            sheets=sheets(shown),
            lanes=plot.site_lanes(shown),
            plot=plot.decoy_plot(shown),
            frame=plot,
            walk=walk(shown),
            alpha=shown.tested_alpha or verdict.alpha,
            needed=figures.marks_needed(verdict.codewords, verdict.alpha),
            beyond_text=sum(item.state == "read" and item.leak_start < 0 for item in shown.evidence),
            kinds=_KINDS,
            preparation=[*shown.exhibit.preprocessing, *["words read by OCR"] * ("image/" in shown.exhibit.media)],
            notes=[NOTES.get(note, note) for note in verdict.how.notes],
            command=shown.command or f"whosecopy trace {shlex.quote(shown.exhibit.name)}",
            digest=codec.digest(shown).hex(),
            proofs=proofs,
        )
    )


def visible(text: str) -> str:
    r"""The text with every invisible, control or unassigned character spelt out, e.g. as `[U+202E]`.

    >>> visible("pay\u202e100\u200b")
    'pay[U+202E]100[U+200B]'
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c if c in "\n\t" or c.isprintable() or unicodedata.category(c) == "Zs" else f"[U+{ord(c):04X}]" for c in text
    )


def _disclosable(case: Case) -> Case:
    verdict = case.verdict
    if verdict.outcome is Outcome.NAMED:
        return case
    organisations = verdict.organisations if verdict.outcome is Outcome.ORGANISATION else ()
    verdict = replace(verdict, named=(), organisations=organisations, how=replace(verdict.how, hand_outs=()))
    history = tuple(replace(step, log_evalues_nats=()) for step in case.history)
    return replace(case, verdict=verdict, named_scores=(), named_tests=(), responses=(), history=history)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def finalize(value: object) -> object:
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        autoescape=True,
        finalize=finalize,
        loader=FunctionLoader(_asset),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    filters = (figures.one_in, figures.figure, figures.evalue, figures.listed)
    environment.filters.update({function.__name__: function for function in filters})
    return environment


def _asset(name: str) -> str:
    return files("whosecopy.trace.report").joinpath("templates", name).read_text(encoding="utf-8")
