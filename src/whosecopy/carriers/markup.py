r"""The syntax of declared variants: `{{a|b}}`, `{{#group:a|b}}`, `{{fact:a|b}}`, `{{!protected}}` and blocks.

A block stands on lines of its own: `::: variants`, the variants separated by lines `---`, `:::`; its first
line may name a group and say `fact` (`::: variants #tone fact`). A backslash before `|`, `#`, `!` or `\`
makes it an ordinary character.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_VARIANTS = 16
_BLOCK = re.compile(r"(?m)^:::[ \t]*variants\b([^\n]*)\n([\s\S]*?)^:::[ \t]*$")
_BLOCK_START = re.compile(r"(?m)^:::[ \t]*variants\b")
_BLOCK_OPTIONS = re.compile(r"[ \t]*(?:#([\w-]+))?[ \t]*(fact:?)?[ \t]*\r?")
_RULE = re.compile(r"(?m)^---+[ \t]*(?:\n|\Z)")
_GROUP = re.compile(r"#([\w-]+):")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_ESCAPE = re.compile(r"\\([|#!\\])")


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration at `start:end`: its variants as the author means them, and where each is written.

    A protected span has one variant and is no mark. `group` links declarations; `fact` allows variants
    that differ in what they say.
    """

    start: int
    end: int
    variants: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    group: str = ""
    fact: bool = False
    protects: bool = False


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong at `offset` of the text."""

    offset: int
    message: str


def scan(
    text: str, opening: str = "{{", closing: str = "}}", start: int = 0, end: int | None = None
) -> tuple[list[Declaration], list[Flaw]]:
    """All declarations of `text[start:end]`, sorted and disjoint, and what is no proper declaration.

    >>> [d.variants for d in scan("It {{begins|starts}} at {{!Dover}}.")[0]]
    [('begins', 'starts'), ('Dover',)]
    """
    found: list[Declaration] = []
    flaws: list[Flaw] = []
    at, end = start, len(text) if end is None else end
    for block in _BLOCK.finditer(text, at, end):
        _inline(text, at, block.start(), (opening, closing), found, flaws)
        _keep(_block(text, block), found, flaws)
        at = block.end()
    _inline(text, at, end, (opening, closing), found, flaws)
    return found, sorted(flaws, key=lambda flaw: flaw.offset)


def escape(variant: str) -> str:
    r"""`variant` as it is written in a declaration.

    >>> escape("either|or")
    'either\\|or'
    """
    text = re.sub(r"([|\\])", r"\\\1", variant)
    return "\\" + text if text[:1] in ("#", "!") else text


def escapes(text: str, start: int, end: int) -> Iterator[int]:
    """Where backslashes in `start:end` only escape what follows them."""
    return (found.start() for found in _ESCAPE.finditer(text, start, end))


def _keep(made: Declaration | Flaw, found: list[Declaration], flaws: list[Flaw]) -> None:
    if isinstance(made, Flaw):
        flaws.append(made)
    else:
        found.append(made)


def _inline(
    text: str, at: int, end: int, delimiters: tuple[str, str], found: list[Declaration], flaws: list[Flaw]
) -> None:
    """Adds what `at:end` declares between delimiters."""
    opening, closing = delimiters
    for stray in _BLOCK_START.finditer(text, at, end):
        flaws.append(Flaw(stray.start(), "a block of variants ends with a line ':::'; none follows"))
    while (start := text.find(opening, at, end)) >= 0:
        inner = start + len(opening)
        stop = text.find(closing, inner, end)
        if stop < 0 or _BLANK_LINE.search(text, inner, stop):
            flaws.append(Flaw(start, f"{opening} is not closed with {closing} in its paragraph"))
            at = inner
            continue
        if text.find(opening, inner, stop) >= 0:
            flaws.append(Flaw(start, "a declaration inside another; declare all its combinations as variants instead"))
            at = stop + len(closing)
            continue
        at = stop + len(closing)
        _keep(_declaration(text, start, at, inner, stop), found, flaws)


def _declaration(text: str, start: int, end: int, inner: int, stop: int) -> Declaration | Flaw:
    if text.startswith("!", inner):
        span = (inner + 1, stop)
        if inner + 1 == stop:
            return Flaw(start, "nothing to protect here; remove the declaration")
        return Declaration(start, end, (_meant(text, span),), (span,), protects=True)
    group = _GROUP.match(text, inner, stop)
    if group is None and text.startswith("#", inner):
        return Flaw(start, r"a linked group is written #name:...; for a variant that begins with # write \#")
    inner = group.end() if group else inner
    fact = text.startswith("fact:", inner, stop)
    inner += len("fact:") if fact else 0
    return _checked(text, start, end, _parts(text, inner, stop), group[1] if group else "", fact)


def _parts(text: str, inner: int, stop: int) -> list[tuple[int, int]]:
    bars = [k for k in range(inner, stop) if text[k] == "|" and not _escaped(text, inner, k)]
    return list(zip([inner, *(bar + 1 for bar in bars)], [*bars, stop], strict=True))


def _escaped(text: str, inner: int, at: int) -> bool:
    slashes = 0
    while at - slashes > inner and text[at - slashes - 1] == "\\":
        slashes += 1
    return slashes % 2 == 1


def _block(text: str, block: "re.Match[str]") -> Declaration | Flaw:
    options = _BLOCK_OPTIONS.fullmatch(block[1])
    if options is None:
        return Flaw(block.start(), "after '::: variants' only '#name' and 'fact' may follow")
    spans = []
    at = block.start(2)
    for rule in [*_RULE.finditer(text, *block.span(2)), None]:
        low, high = at, rule.start() if rule else block.end(2)
        content = text[low:high]
        low += len(content) - len(content.lstrip())
        spans.append((low, max(low, low + len(content.strip()))))
        at = rule.end() if rule else at
    for low, high in spans:
        if _BLANK_LINE.search(text, low, high):
            return Flaw(low, "each variant of a block is one paragraph; give further paragraphs their own block")
    return _checked(text, block.start(), block.end(), spans, options[1] or "", bool(options[2]))


def _checked(
    text: str, start: int, end: int, spans: list[tuple[int, int]], group: str, fact: bool
) -> Declaration | Flaw:
    if len(spans) < 2:
        return Flaw(start, "only one variant; give another after '|', or choose another delimiter for template tags")
    if len(spans) > MOST_VARIANTS:
        return Flaw(start, f"{len(spans)} variants; at most {MOST_VARIANTS} are possible")
    return Declaration(start, end, tuple(_meant(text, span) for span in spans), tuple(spans), group, fact)


def _meant(text: str, span: tuple[int, int]) -> str:
    return _ESCAPE.sub(r"\1", text[span[0] : span[1]])
