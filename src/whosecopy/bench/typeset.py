"""PDFs of our own to measure on and to test with, by several typesetters; nothing of them is kept in files."""

from collections.abc import Sequence

import numpy as np

from whosecopy.bench.prose import prose

_TWO_COLUMNS = """#set page(paper: "a4", columns: 2, margin: 2cm, numbering: "1")
#set par(justify: true)
#set text(size: 9.5pt, lang: "en", hyphenate: true)
#set heading(numbering: "1.")
"""
_TABLE = """
#table(columns: 3, [*Office*], [*Affair*], [*Figure*], [first floor], [flood wall], [418], [fifth], [final fix], [77])

See #link("https://example.org/plan")[the plan of the offices] for the difficult affairs.#footnote[Fixed fields.]
"""
_PAGE = """<html lang="en"><head><title>{title}</title><style>
@page {{ size: A4; margin: 2.2cm; @bottom-center {{ content: counter(page); font-size: 9pt }} }}
body {{ font-family: "DejaVu Serif", serif; font-size: 11pt; line-height: 1.4 }} td {{ padding: 2pt 8pt }}
</style></head><body><h1>{title}</h1>{body}</body></html>"""


def article(seed: int, sentences: int = 60) -> bytes:
    """A justified two-column article with headings, a table, a link and a footnote, typeset by Typst."""
    import typst

    parts = prose(np.random.default_rng(seed), sentences).split("\n\n")
    middle = len(parts) // 2
    source = [_TWO_COLUMNS, "= The first findings", *parts[:middle], _TABLE, "= The second findings", *parts[middle:]]
    return bytes(typst.compile("\n\n".join(source).encode()))


def letter(seed: int, sentences: int = 24) -> bytes:
    """A letter in one column with headings, a table and an outline, typeset by WeasyPrint."""
    import weasyprint

    parts = prose(np.random.default_rng(seed), sentences).split("\n\n")
    table = "<table><tr><td>office</td><td>41</td></tr><tr><td>affair</td><td>7</td></tr></table>"
    body = "".join(f"<h2>Part {k + 1}</h2><p>{part}</p>" for k, part in enumerate(parts)) + table
    return bytes(weasyprint.HTML(string=_PAGE.format(title="A letter to the staff", body=body)).write_pdf())


def handwritten(
    streams: Sequence[bytes], resources: bytes = b"", extra: bytes = b"", forms: Sequence[bytes] = ()
) -> bytes:
    """A PDF of these content streams, one page each, with the standard fonts F1 (Helvetica) and F2 (Times).

    `resources` and `extra` are further entries of the resources and of every page; forms are XObjects X0, X1 ...
    """
    from io import BytesIO

    import pikepdf

    pdf = pikepdf.new()
    fonts = {
        name: pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(base),
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        for name, base in (("/F1", "/Helvetica"), ("/F2", "/Times-Roman"))
    }  # fmt: skip
    named = pikepdf.Object.parse(b"<<" + resources + b">>")
    named["/Font"] = pikepdf.Dictionary(fonts)
    drawn = {}
    for number, stream in enumerate(forms):
        form = pdf.make_stream(stream)
        form["/Type"], form["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
        form["/BBox"] = pikepdf.Array([0, 0, 612, 792])
        form["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(fonts))
        drawn[f"/X{number}"] = form
    named["/XObject"] = pikepdf.Dictionary(drawn)
    for stream in streams:
        page = pdf.add_blank_page(page_size=(612, 792)).obj
        page["/Resources"] = named
        page["/Contents"] = pdf.make_stream(stream)
        for key, value in pikepdf.Object.parse(b"<<" + extra + b">>").items():
            page[key] = value
    saved = BytesIO()
    pdf.save(saved)
    return saved.getvalue()
