"""What text formats share: front matter, template tags and blocks of declared variants."""

import re

from whosecopy.media.encoding import BOM

_FRONT = re.compile(r"---[ \t]*\r?\n(?:[^\n]*\n){0,400}?---[ \t]*(?:\r?\n|\Z)")
_KEY = re.compile(r"(?m)^[\w.-]+[ \t]*:")
_FENCE = re.compile(r"(?m)^:::[ \t]*(variants\b[^\r\n]*)?(?=\r?$)")
_TAG = re.compile(r"\{\{(?:(?!\n[ \t]*\n|\{\{)[\s\S]){0,4000}?\}\}|\{%(?:(?!\n[ \t]*\n)[\s\S]){0,1000}?%\}")
_PLANE = 0xF0000
_OPAQUE = re.compile("[\U000f0000-\U000f007f]")


def body_start(text: str) -> int:
    """Where the text begins behind a byte order mark."""
    return 1 if text.startswith(BOM) else 0


def front_matter(text: str) -> tuple[int, int]:
    r"""The span of a YAML front matter at the beginning; empty where there is none.

    >>> front_matter("---\ntitle: Plan\n---\nText")
    (0, 20)
    """
    start = body_start(text)
    found = _FRONT.match(text, start)
    if found is None or not _KEY.search(found.group()):
        return start, start
    return found.span()


def containers(text: str) -> list[tuple[int, int]]:
    """The spans of `::: variants` blocks with their fences."""
    spans: list[tuple[int, int]] = []
    opened = -1
    for fence in _FENCE.finditer(text):
        if fence.group(1) and opened < 0:
            opened = fence.start()
        elif not fence.group(1) and opened >= 0:
            spans.append((opened, fence.end()))
            opened = -1
    return spans


def template_tags(text: str) -> list[tuple[int, int]]:
    """The spans of `{{...}}` and `{%...%}` tags and of `::: variants` blocks.

    >>> template_tags("Dear {{ name }}, {% if x %}yes")
    [(5, 15), (17, 27)]
    """
    return containers(text) + [found.span() for found in _TAG.finditer(text)]


def masked(text: str) -> str:
    """`text` of the same length, its template tags made of characters that no syntax knows.

    Line breaks inside a `::: variants` block are masked too: the block becomes one line.
    """
    if _OPAQUE.search(text):
        return text
    blocks = set(containers(text))
    out = list(text)
    for start, end in template_tags(text):
        keep = "" if (start, end) in blocks else "\n"
        for k in range(start, end):
            if out[k] < "\x80" and out[k] not in keep:
                out[k] = chr(_PLANE + ord(out[k]))
    return "".join(out)


def unmasked(text: str) -> str:
    """What `masked` made opaque, readable again."""
    return _OPAQUE.sub(lambda found: chr(ord(found.group()) - _PLANE), text)
