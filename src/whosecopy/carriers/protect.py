"""What no English rule may touch: quotations, names, defined terms, citations, code, addresses, legal formulas.

A medium protects what the format says (headings, code, link targets); this module protects what the
words say. It errs towards protecting: a mark more is worth less than a quotation falsified.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

import regex

from whosecopy.model import Block, Document

RUNNING = frozenset({"paragraph", "item", "cell", "note"})
"""Kinds of blocks that hold running text."""

_CONNECT = r"(?:of|the|and|for|in|on|to|at|de|la|von|van|&)"
_PLAIN = regex.compile(
    r"""
      (?<!\S)\S*(?:://|www\.)\S* | \b\w+://\S* | www\.\S*            # addresses: from where a word begins, as
    | (?<!\S)\S+@\S+ | \b\w+@\S+                                     # endless words would be searched in vain else
    | (?<![\w./\\~-])[\w./\\~-]*[\w-]
        \.(?:md|txt|pdf|docx?|xlsx?|pptx?|csv|json|xml|ya?ml|html?|py|js|sh|zip|gov|com|org|net|edu)\b\S*
    | (?<!\w)(?:[~.]?/[\w.-]+){2,}/?                                 # file names and paths
    | \{\{.{0,500}?\}\} | \{%.{0,500}?%\} | \$\{[^}]{0,500}\}         # template tags
    | <[^<>\n]{1,200}> | `[^`\n]+` | \[\[.{0,500}?\]\]               # code
    | \b(?:[Ss]ections?|[Ss]ec\.|[Aa]rticles?|[Tt]itle|[Pp]art|[Cc]hapters?|[Cc]lauses?|[Pp]aragraphs?|[Ss]chedule
        |[Aa]nnex|[Aa]ppendix|[Ee]xhibit|[Rr]egulations?|[Rr]ules?|[Oo]rder|[Cc]ircular|[Rr]esolutions?|Law|Act|[Ff]igures?
        |[Tt]ables?|[Ss]teps?|[Pp]hase|[Vv]ersions?|[Ll]evel|[Tt]ier|[Pp]ages?|[Ii]tems?|[Nn]o\.|[Nn]umber|[Gg]rade|[Tt]ype
        |[Rr]oom|[Ff]loor|[Bb]uilding|[Gg]ate|[Ll]ot|[Uu]nit|[Mm]odel|[Ff]orm|[Oo]ption|[Ll]ine|[Qq]uestion)
        \s(?:[IVX]+\b|[A-Z]\b|\(?\d[\w.()/-]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)
        (?:(?:,|\sand|\sor|\sto)*\s\(?\d[\w.()-]*)*                  # section 5, tables 2 and 3
    | §+\s?[\d.]+\S* | \b\d+\s(?:U\.?S\.?C\.?|C\.?F\.?R\.?|F\.\dd)\s*§*\s*[\d.()a-z]*       # statutes
    | \b[A-Z][\w.]*\sv\.?\s[A-Z]\w+                                  # cases
    """,
    regex.VERBOSE | regex.DOTALL,
)
_NAME = regex.compile(
    rf"(?<![.!?:]['\"”’)]*\s+|^)\b[A-Z][\w’'.&-]*(?:\s(?:{_CONNECT}\s){{0,2}}[A-Z][\w’'.&-]*)+",
    regex.MULTILINE,
)
_DEFINING = regex.compile(
    r"""\(\s*(?:(?:the|each|an?|together|collectively|hereinafter|or)[\s,]+)*["“]([^"”\n]{2,60})["”]\s*\)
      | ["“]([^"”\n]{2,60})["”]\s(?:means|shall\smean|refers?\sto|has\sthe\smeaning|is\sdefined|includes\b)
      | \b(?:the\sterm|defined\sas|known\sas)\s["“]([^"”\n]{2,60})["”]""",
    regex.VERBOSE,
)
_LEGAL = regex.compile(
    r"\b(?:here(?:by|in|of|to|under|after|inafter|with)|there(?:of|in|under|to|from)|notwithstanding|pursuant|whereas"
    r"|indemnif\w+|warrant(?:y|ies|s)?|liab(?:le|ility)|without prejudice|in witness|force majeure|governing law"
    r"|mutatis mutandis|represents and warrants|to the fullest extent)\b|\bthe term [\"“]|[\"”] (?:shall )?means?\b",
    regex.IGNORECASE,
)
_FIXED = regex.compile(
    r"\b(?:(?:significant|substantial)\s(?:\w+\s)?(?:effect|impact|burden)s?\s(?:on|upon)|record-?\s?keeping|rule-?\s?making"
    r"|(?:reducing|decreasing)\s(?:the|this)\sburden|collection\sof\sinformation|burden\sestimate)\b",
    regex.IGNORECASE,
)
"""Phrases that statutes fix, in all the forms that a rule could give them."""
_SENTENCE = regex.compile(r"[^.!?]+(?:[.!?](?!\s)[^.!?]*)*[.!?]*", regex.DOTALL)


@dataclass(frozen=True, slots=True)
class Spans:
    """Half-open spans of a text, sorted and disjoint."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, spans: list[tuple[int, int]]) -> "Spans":
        """The union of `spans`.

        >>> Spans.of([(5, 9), (0, 2), (8, 12)]).starts
        (0, 5)
        """
        merged: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            elif start < end:
                merged.append((start, end))
        return cls(tuple(s for s, _ in merged), tuple(e for _, e in merged))

    def touch(self, start: int, end: int) -> bool:
        """Whether `start:end` shares a character with a span, or (when empty) lies strictly inside one."""
        at = bisect_right(self.starts, max(start, end - 1)) - 1
        if at < 0:
            return False
        return self.ends[at] > start and (start < end or self.starts[at] < start)


def running(master: Document, language: str = "en") -> list[Block]:
    """The blocks of running text in `language`, in order."""
    return [b for b in master.blocks if b.kind in RUNNING and b.language == language]


@lru_cache(maxsize=8)
def literal(master: Document) -> Spans:
    """What the format protects, addresses, file names, code, template tags, and references by number."""
    found = [
        (block.start + m.start(), block.start + m.end())
        for block in master.blocks
        for m in _PLAIN.finditer(master.text[block.start : block.end])
    ]
    return Spans.of([*master.protected, *found])


@lru_cache(maxsize=16)
def guarded(master: Document, names: bool = True) -> Spans:
    """All characters of `master` that no wording, notation or punctuation rule may change.

    Without `names` capitalised phrases are left out: for rules about how names are written (Mr. / Mr).
    """
    plain = literal(master)
    spans = list(zip(plain.starts, plain.ends, strict=True))
    for block in master.blocks:
        text = master.text[block.start : block.end]
        found = quotations(text)
        found += [m.span() for m in _NAME.finditer(text)] if names else []
        found += [m.span() for m in _FIXED.finditer(text)]
        found += [m.span() for m in _SENTENCE.finditer(text) if _LEGAL.search(m[0])]
        spans += [(block.start + a, block.start + b) for a, b in found]
    spans += _defined(master.text)
    return Spans.of(spans)


def quotations(text: str) -> list[tuple[int, int]]:
    """Spans of quotations in one block, marks included; one left open runs to the end of the block.

    Works alike for curly and straight marks: a quotation over several paragraphs opens anew in each.

    >>> t = 'He said "do not go" and left.'
    >>> [t[a:b] for a, b in quotations(t)]
    ['"do not go"']
    """
    out: list[tuple[int, int]] = []
    opened = -1
    for m in regex.finditer(r'["“”„«»]', text):
        if opened < 0:
            if m[0] == '"' and regex.match(r"\d", text[m.start() - 1 : m.start()]):
                continue
            opened = m.start()
        elif m[0] in '"”»' or (m[0] == "“" and text[opened] == "„"):
            out.append((opened, m.end()))
            opened = -1
    if opened >= 0:
        out.append((opened, len(text)))
    single = r"(?<![\w’'])[‘'](?=\w)[^‘\n\"“”]{1,400}?(?<=[\w.,!?])[’'](?![\w])"
    out += [m.span() for m in regex.finditer(single, text) if " " in m[0] or m[0][0] == "‘"]
    return out


def _defined(text: str) -> list[tuple[int, int]]:
    terms = {next(g for g in m.groups() if g) for m in _DEFINING.finditer(text)}
    if not terms:
        return []
    pattern = r"\b(?:" + "|".join(regex.escape(t) for t in sorted(terms, key=len, reverse=True)) + r")\b"
    return [m.span() for m in regex.finditer(pattern, text)]
