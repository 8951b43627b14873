"""A Markdown, plain text or HTML file as an HTML page, which a browser would show in the same order and words."""

import html
import re
import unicodedata
from collections import Counter
from types import ModuleType

from markdown_it import MarkdownIt

from whosecopy.media import html as web
from whosecopy.media import markdown, plain, syntax
from whosecopy.media.encoding import BOM

_READERS: dict[str, ModuleType] = {plain.MEDIA: plain, markdown.MEDIA: markdown, web.MEDIA: web}
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_COLUMNS = re.compile(r"(?m)\S(?:[ ]{3,}|[ ]*\t)\S|^[ ]*[|+].*[|+][ ]*$")
_PAGE = '<!doctype html><html dir="{direction}"><meta charset="utf-8"><body class="{kind}">\n{body}</body></html>'


def page(media: str, data: bytes, name: str, encoding: str | None) -> str:
    """The file as an HTML page; front matter is not on it.

    Raises `InputError` where its characters cannot be told.
    """
    document = _READERS[media].parse(data, name, encoding)
    text = re.sub(r"\r\n?", "\n", data.decode(document.encoding)).removeprefix(BOM)
    if media == web.MEDIA:
        return text
    text = text[syntax.front_matter(text)[1] :]
    body = _of_markdown(text) if media == markdown.MEDIA else _of_plain(text)
    return _PAGE.format(direction=_direction(text), kind=media.partition("/")[2], body=body)


def _of_markdown(text: str) -> str:
    """The page's body; template tags stay as they are."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return syntax.unmasked(str(parser.render(syntax.masked(text))))


def _of_plain(text: str) -> str:
    """The page's body: indents and line breaks as they are, and so are columns, by a face with letters of one width."""
    parts = _BLANK_LINES.split(text.strip("\n"))
    return "\n".join("<{0}>{1}</{0}>".format("pre" if _COLUMNS.search(one) else "p", html.escape(one)) for one in parts)


def _direction(text: str) -> str:
    """The way most letters of a text run."""
    kinds = Counter(map(unicodedata.bidirectional, text))
    return "rtl" if kinds["R"] + kinds["AL"] > kinds["L"] else "ltr"
