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
    "limit": 'stroke="#1c2024" stroke-width="1.5"',
    "stem": 'stroke="#1d4e89" stroke-width="2"',
    "named": 'fill="#1d4e89"',
    "read": 'stroke="#1d4e89" stroke-width="1.5"',
    "unclear": 'stroke="#8a6500" stroke-width="1.5" stroke-dasharray="2 2"',
    "absent": 'stroke="#aab1ba" stroke-width="1.5"',
    "rest": 'fill="#d9dde2"',
    "part": 'fill="#1d4e89"',
    "label": _SANS.format(fill="#1c2024", size=14),
    "small": _SANS.format(fill="#565e68", size=12.5),
    "copy": _SANS.format(fill="#1c2024", size=15) + ' font-weight="bold"',
}
"""How shapes look on paper, by class: style sheets of the page do not reach into its pictures there."""


def render_pdf(page: str) -> bytes:
    """The HTML page of `render_report` as a tagged PDF on A4.

    Nothing outside the page is fetched. The same page gives the same bytes with the same fonts installed.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    drawn = _SHAPE.sub(lambda found: f"{found[0]} {_LOOKS.get(found[2], '')}", page)
    document = HTML(string=drawn, url_fetcher=URLFetcher(allowed_protocols=("data",))).render()
    identifier = hashlib.sha256(page.encode()).digest()[:16]
    found: bytes = document.write_pdf(pdf_identifier=identifier, pdf_tags=True)
    return found
