"""The page itself: one HTML file in the looks of the trace report."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from whosecopy.cli.paper import chart
from whosecopy.cli.paper.chart import Chart, lay_out
from whosecopy.trace.report.page import visible

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words; columns whose number stands in `numeric` are aligned to the right."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[object]]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it, in this order."""

    title: str
    words: Sequence[str] = ()
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    points: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A page: what kind of page it is, the answer in a sentence, what it does not say, and the sections."""

    kind: str
    made_at: str
    answer: str
    lead: str
    unsaid: Sequence[str]
    sections: Sequence[Section]
    command: str
    software: str
    confidential: str


def render_paper(paper: Paper) -> str:
    """`paper` as one HTML page, also well-formed XML, without scripts or outside references."""
    style = _style()
    return (
        _environment()
        .get_template("paper.html.j2")
        .render(
            paper=paper,
            plots={id(one): lay_out(one) for section in paper.sections for one in section.charts},
            frame=chart,
            identity=id,
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


def _style() -> str:
    report = files("whosecopy.trace.report").joinpath("templates", "report.css").read_text(encoding="utf-8")
    return report + files("whosecopy.cli.paper").joinpath("paper.css").read_text(encoding="utf-8")


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def finalize(value: object) -> object:
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return Environment(
        autoescape=True,
        finalize=finalize,
        loader=FunctionLoader(lambda name: files("whosecopy.cli.paper").joinpath(name).read_text(encoding="utf-8")),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
