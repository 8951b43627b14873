"""A report as PDF: the same page, laid out for paper, without network and the same bytes every time."""

import hashlib
import re

_SHAPE = re.compile(r'<(line|rect|circle|polyline|text) class="(\w+)"')
_SANS = 'font-family="sans-serif" fill="{fill}" font-size="{size}"'
_LOOKS = {
    "axis": 'stroke="#565e68"',
    "grid": 'stroke="#d9dde2"',
    "decoys": 'fill="#aab1ba"',
    "chance": 'fill="none" stroke="#565e68" stroke-width="1.5" stroke-dasharray="4 4"',
    "walk": 'fill="none" stroke="#1d4e89" stroke-width="2"',
    "limit": 'stroke="#1c2024" stroke-width="1.5"',
    "stem": 'stroke="#1d4e89" stroke-width="2"',
    "named": 'fill="#1d4e89"',
    "read": 'stroke="#1d4e89" stroke-width="1.5"',
    "unclear": 'stroke="#8a6500" stroke-width="1.5" stroke-dasharray="2 2"',
    "absent": 'stroke="#aab1ba" stroke-width="1.5"',
    "rect.read": 'fill="#1d4e89" fill-opacity=".14" stroke="#1d4e89" stroke-width=".4"',
    "rect.unclear": 'fill="none" stroke="#8a6500" stroke-width=".6" stroke-dasharray="1.5 1.5"',
    "rect.outside": 'fill="none" stroke="#aab1ba" stroke-width=".4"',
    "rest": 'fill="#d9dde2"',
    "part": 'fill="#1d4e89"',
    "label": _SANS.format(fill="#1c2024", size=14),
    "small": _SANS.format(fill="#565e68", size=12.5),
    "copy": _SANS.format(fill="#1c2024", size=15) + ' font-weight="bold"',
}
"""How shapes look on paper, by class or by shape and class: style sheets do not reach into pictures there."""


def render_pdf(page: str) -> bytes:
    """The HTML page of `render_report` as a tagged PDF on A4.

    Nothing outside the page is fetched. The same page gives the same bytes with the same fonts installed.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    document = HTML(string=printable(page), url_fetcher=URLFetcher(allowed_protocols=("data",))).render()
    identifier = hashlib.sha256(page.encode()).digest()[:16]
    found: bytes = document.write_pdf(pdf_identifier=identifier, pdf_tags=True)
    return found


def printable(page: str) -> str:
    """The same page with the looks of the shapes of its pictures written into them."""
    return _SHAPE.sub(_look, page)


def _look(shape: re.Match[str]) -> str:
    look = _LOOKS.get(f"{shape[1]}.{shape[2]}") or _LOOKS.get(shape[2], "")
    return f"{shape[0]} {look}"
