"""A Markdown, plain text or HTML file as an HTML page, which a browser would show in the same order and words."""

import html
import re
from types import ModuleType

from markdown_it import MarkdownIt

from whosecopy.media import html as web
from whosecopy.media import markdown, plain, syntax
from whosecopy.media.encoding import BOM
from whosecopy.model import Block, Document

_READERS: dict[str, ModuleType] = {plain.MEDIA: plain, markdown.MEDIA: markdown, web.MEDIA: web}
_COLUMNS = re.compile(r"(?m)\S[ ]{3,}\S|\t|^[+|].*[+|]$")
_TAGS = {"heading": "h2", "code": "pre"}
_APART = ' class="apart"'
_PAGE = '<!doctype html><html><head><meta charset="utf-8"></head><body class="{kind}">\n{body}</body></html>'


def page(media: str, data: bytes, name: str, encoding: str | None) -> str:
    """The file as an HTML page, without front matter.

    Raises `InputError` where its characters cannot be told.
    """
    document = _READERS[media].parse(data, name, encoding)
    text = data.decode(document.encoding).removeprefix(BOM)
    if media == web.MEDIA:
        return text
    if media == markdown.MEDIA:
        return _PAGE.format(kind="markdown", body=_of_markdown(text))
    body = "\n".join(_of_plain(document, block) for block in document.blocks if block.kind != "matter")
    return _PAGE.format(kind="text", body=body)


def _of_markdown(text: str) -> str:
    """The page's body; template tags stay as they are."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return syntax.unmasked(str(parser.render(syntax.masked(text[syntax.front_matter(text)[1] :]))))


def _of_plain(document: Document, block: Block) -> str:
    """A block with its line breaks as they are; what is laid out in columns keeps them."""
    content = document.text[block.start : block.end]
    tag = "pre" if _COLUMNS.search(content) else _TAGS.get(block.kind, "p")
    apart = document.text[: block.start].endswith("\n\n")
    return f"<{tag}{_APART if apart else ''}>{html.escape(content)}</{tag}>"
