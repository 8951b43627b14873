"""Variants that the author declares: read from the annotated document, unfolded into its first reading."""

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass

from whosecopy.carriers.markup import Declaration, escapes, scan
from whosecopy.carriers.text import fit_breaks, read_variants, runs, write_variants
from whosecopy.errors import InputError
from whosecopy.media.align import AlignedLeak
from whosecopy.model import Block, Document, Edit, Floats, Site

_LITERAL_KINDS = frozenset({"code", "matter"})
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n([\s\S]*?)\n---[ \t]*(?:\r?\n|\Z)")
_WANTED = re.compile(r"(?m)^whosecopy:[ \t]*variants[ \t]*\r?$")
_BLANKS = ("", " ", "\n")
_AFTER_WORDS = ("", ".", ",", ";", ":", "!", "?", ")")
_GROUPS = ("declared", "declared.fact")
_WRAP = re.compile(r"[ \t]*\n[ \t]*")


@dataclass(frozen=True, slots=True)
class Declared:
    """What an annotated document declares.

    `document_edits` (offsets of the annotated reading text) replace each declaration by its first
    variant; `sites` and `protected` count characters of the text after these edits.
    """

    document_edits: tuple[Edit, ...]
    sites: tuple[Site, ...]
    protected: tuple[tuple[int, int], ...]


def wants_variants(text: str) -> bool:
    r"""Whether the front matter of a file asks to read `{{a|b}}` as variants.

    >>> wants_variants("---\ntitle: Plan\nwhosecopy: variants\n---\nText")
    True
    """
    front = _FRONT.match(text)
    return bool(front and _WANTED.search(front[1]))


def count_braces(text: str, opening: str = "{{", closing: str = "}}") -> int:
    """How many declarations a text would have, if anybody asked to read them."""
    return sum(not declaration.protects for declaration in scan(text, opening, closing)[0])


def unfold(document: Document, opening: str = "{{", closing: str = "}}") -> Declared:
    """The declarations of a document that was parsed with them in its reading text.

    Code and front matter are literal. Where a variant is empty, one blank beside it goes with it.

    Raises `InputError` where a declaration is broken, crosses a change of looks, or a linked group has
    declarations with different numbers of variants.
    """
    deletions: list[tuple[int, int]] = []
    found: list[tuple[Declaration, int, int, tuple[str, ...]]] = []
    for block in document.blocks:
        if block.kind in _LITERAL_KINDS:
            continue
        for declaration in _of_block(document, block, opening, closing):
            start, end, variants = _footprint(document.text, block, declaration)
            deletions += _deletions(document.text, declaration, start, end)
            found.append((declaration, start, end, variants))
    shift = _Shift(deletions)
    sites = tuple(
        Site(
            "declared",
            shift(start),
            shift(end),
            variants,
            link=d.group,
            group="declared.fact" if d.fact else "declared",
        )
        for d, start, end, variants in found
        if not d.protects
    )
    _check_groups(sites)
    protected = tuple((shift(start), shift(end)) for d, start, end, _ in found if d.protects)
    return Declared(tuple(Edit(low, high, "") for low, high in deletions), sites, protected)


@dataclass(frozen=True, slots=True)
class DeclaredCarrier:
    """Sites that the author declared: `unfold` finds them, not `sites`."""

    name: str = "declared"
    version: str = "1"
    media: frozenset[str] = frozenset(
        {
            "text/plain",
            "text/markdown",
            "text/html",
            "message/rfc822",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    )

    def sites(self, master: Document) -> list[Site]:
        """None: a master no longer shows what was declared."""
        return []

    def write(self, master: Document, sites: Sequence[Site], variants: Sequence[int]) -> Document:
        """`master` with site k showing its variant `variants[k]`."""
        return write_variants(master, sites, variants)

    def read(self, leak: AlignedLeak, sites: Sequence[Site]) -> Floats:
        """Log-likelihood in nats of each variant at each site, (len(sites), q_max); flat rows are erasures."""
        return read_variants(leak, sites)


DECLARED = DeclaredCarrier()


class _Shift:
    """Where a character of the annotated text stands when the deletions are made."""

    def __init__(self, deletions: Sequence[tuple[int, int]]) -> None:
        self._starts = [low for low, _ in deletions]
        self._gone = [0]
        for low, high in deletions:
            self._gone.append(self._gone[-1] + high - low)
        self._ends = [high for _, high in deletions]

    def __call__(self, at: int) -> int:
        number = bisect.bisect_right(self._starts, at)
        inside = max(0, self._ends[number - 1] - at) if number else 0
        return at - self._gone[number] + inside


def _of_block(document: Document, block: Block, opening: str, closing: str) -> list[Declaration]:
    found, flaws = scan(document.text, opening, closing, block.start, block.end)
    for flaw in flaws:
        if runs(document, flaw.offset, flaw.offset + len(opening)):
            raise InputError(f"{document.text[flaw.offset : flaw.offset + 40]!r}: {flaw.message}")
    # what has no place in the file, like inline code, is literal
    found = [declaration for declaration in found if runs(document, declaration.start, declaration.end)]
    for declaration in found:
        if len(runs(document, *declaration.spans[0])) > 1:
            where = document.text[declaration.start : declaration.start + 40]
            raise InputError(f"{where!r}: the first variant changes its looks half-way; give it one look")
    return found


def _footprint(text: str, block: Block, declaration: Declaration) -> tuple[int, int, tuple[str, ...]]:
    """The characters that change in the annotated text, and what they may become.

    Where a variant is empty, one of the blanks around it would stay behind: it goes with the variant.
    """
    low, high = declaration.spans[0]
    variants = _wrapped(declaration.variants)
    if declaration.protects or all(variants):
        return low, high, variants
    before = text[declaration.start - 1] if declaration.start > block.start else ""
    after = text[declaration.end] if declaration.end < block.end else ""
    if after == " " and before in _BLANKS:
        return low, declaration.end + 1, tuple(v and v + " " for v in variants)
    if before == " " and after in _AFTER_WORDS:
        return declaration.start - 1, high, tuple(v and " " + v for v in variants)
    return low, high, variants


def _wrapped(variants: tuple[str, ...]) -> tuple[str, ...]:
    """As many hard line breaks in each variant as in the first, where they fit."""
    return (variants[0], *(_wrapped_like(variants[0], variant) for variant in variants[1:]))


def _wrapped_like(first: str, variant: str) -> str:
    if variant.count("\n") == first.count("\n"):
        return variant
    flat = _WRAP.sub(" ", variant)
    return fit_breaks(first, flat) or flat


def _deletions(text: str, declaration: Declaration, start: int, end: int) -> list[tuple[int, int]]:
    """What is not the first variant: delimiters, escapes, other variants, and a blank beside an empty one."""
    low, high = declaration.spans[0]
    if low == high:
        return [(min(start, declaration.start), max(end, declaration.end))]
    slashes = [(at, at + 1) for at in escapes(text, low, high)]
    return [(declaration.start, low), *slashes, (high, declaration.end)]


def _check_groups(sites: Sequence[Site]) -> None:
    counts: dict[str, int] = {}
    for site in sites:
        if site.link and counts.setdefault(site.link, len(site.variants)) != len(site.variants):
            raise InputError(f"the declarations of group #{site.link} have different numbers of variants")
