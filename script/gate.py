"""The gate of the English rules: which pairs read right in texts that were not used to write them.

`script/gate sheet OUT` writes what a judge still has to see: OUT/sheet.jsonl (both versions in random order),
OUT/blind0.txt and blind1.txt (the same to read, in two halves, without the names of the rules) and OUT/key.jsonl
(which is the original). `--again` names rules that changed since their last verdict: they are judged anew. The judge
writes one line `{"id": 7, "fine": true}` per hit into OUT/verdicts.jsonl: fine means that both versions read right
in this place and say the same. `script/gate record OUT` merges them into docs/explanation/gate.jsonl (places, no
text) and into the data that switch rules on, whosecopy/carriers/gate.json. `script/gate table` writes the table
of carriers.md; `script/gate count` prints how often each rule hits and how many marks a text gets.
"""

import argparse
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from whosecopy.carriers import gate
from whosecopy.carriers.english import TextCarrier
from whosecopy.carriers.registry import carriers, survey
from whosecopy.media.dispatch import open_document
from whosecopy.media.leak import open_leak
from whosecopy.model import Document, Site

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "docs/explanation/gate.jsonl"
STATE = ROOT / "src/whosecopy/carriers/gate.json"
PAGE = ROOT / "docs/explanation/carriers.md"
BEGIN, END = "<!-- gate: begin -->\n", "<!-- gate: end -->\n"
USED_TO_WRITE = ("1974-Nixon.txt", "1999-Clinton.txt")
MOST = 50
CONTEXT = 140
FAMILIES = tuple(c for c in carriers() if isinstance(c, TextCarrier))

Key = tuple[str, str, str, int, int]


@dataclass(frozen=True)
class Hit:
    """One alternative at one site: `original` and `variant` are what a reader sees around it, `left[[site]]right`.

    `offset` counts characters of the file, or of the text extracted from a PDF.
    """

    carrier: str
    rule: str
    file: str
    offset: int
    number: int
    original: str
    variant: str

    @property
    def key(self) -> Key:
        """What a verdict is about."""
        return self.carrier, self.rule, self.file, self.offset, self.number


def texts(corpus: Path) -> Iterator[tuple[str, Document]]:
    """The texts that no rule was written on: plain text, Markdown, and the prose of PDF files."""
    for path in sorted((corpus / "text").iterdir()):
        if path.suffix in (".txt", ".md") and path.name not in USED_TO_WRITE:
            yield path.name, open_document(path.read_bytes(), path.name)
    for path in sorted((corpus / "pdf").glob("*.pdf")):
        text = open_leak(path.read_bytes(), path.name).text
        if text.strip():
            yield path.name, open_document(text.encode(), f"{path.name}.txt")


def hits(corpus: Path) -> list[Hit]:
    """All hits of rules that nobody refused, at most 50 of a rule by `draw`."""
    by_rule: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    for name, document in texts(corpus):
        for carrier in FAMILIES:
            sites = [s for s in carrier.suggestions(document) if f"{s.carrier}: {s.locator}" not in gate.REFUSED]
            for site in sites:
                linked = [s for s in sites if site.link and s.link == site.link]
                by_rule[site.carrier, site.locator] += hits_at(document, name, site, linked or [site])
    return [hit for group in by_rule.values() for hit in sorted(group, key=draw)[:MOST]]


def hits_at(document: Document, file: str, site: Site, linked: list[Site]) -> Iterator[Hit]:
    """One hit for each variant that the master does not show; `linked` places change with the site."""
    piece = next(p for p in document.pieces if p.start <= site.start <= p.end)
    offset = piece.offset + site.start - piece.start
    for number in range(1, len(site.variants)):
        versions = [excerpt(document, site, linked, k) for k in (0, number)]
        yield Hit(site.carrier, site.locator, file, offset, number, *versions)


def excerpt(document: Document, site: Site, linked: list[Site], shown: int) -> str:
    """About 140 characters on both sides of `site`, with every linked place in its variant `shown`."""
    block = next(b for b in document.blocks if b.start <= site.start <= b.end)
    low, high = max(block.start, site.start - CONTEXT), min(block.end, site.end + CONTEXT)
    out, at = [], min([low, *(s.start for s in linked if s.start < low < s.end)])
    for place in linked:
        if at <= place.start < high and place.end <= block.end:
            text = place.variants[shown]
            out += [document.text[at : place.start], f"[[{text}]]" if place == site else text]
            at = place.end
    return "".join([*out, document.text[at:high]])


def draw(hit: Hit, seed: int = 1) -> int:
    """A number that looks random and depends on nothing but `seed` and the place of `hit`."""
    place = f"{seed}|{hit.carrier}|{hit.rule}|{hit.file}|{hit.offset}|{hit.number}"
    return int.from_bytes(sha256(place.encode()).digest()[:8])


def write_sheet(found: list[Hit], out: Path, seed: int) -> None:
    """The sheet for the judge and the key that he does not see."""
    out.mkdir(parents=True, exist_ok=True)
    sheet, key, blind = [], [], []
    for number, hit in enumerate(sorted(found, key=lambda hit: draw(hit, seed + 1))):
        swapped = draw(hit, seed + 2) % 2 == 1
        a, b = (hit.variant, hit.original) if swapped else (hit.original, hit.variant)
        sheet.append({"id": number, "a": a, "b": b})
        place = dict(zip(("carrier", "rule", "file", "offset", "variant"), hit.key, strict=True))
        key.append({"id": number, **place, "original": "b" if swapped else "a", "seed": seed})
        blind.append(f"#{number}\nA: ...{a}...\nB: ...{b}...\n\n")
    write_lines(out / "sheet.jsonl", sheet)
    write_lines(out / "key.jsonl", key)
    half = (len(blind) + 1) // 2
    (out / "blind0.txt").write_text("".join(blind[:half]))
    (out / "blind1.txt").write_text("".join(blind[half:]))


def key_of(line: dict[str, Any]) -> Key:
    """What the verdict in `line` is about."""
    return line["carrier"], line["rule"], line["file"], line["offset"], line["variant"]


def record(found: list[Hit], out: Path) -> None:
    """Merge the verdicts of OUT into the record; the newest counts, those on hits that are no more are dropped."""
    fine = {line["id"]: line["fine"] for line in read_lines(out / "verdicts.jsonl")}
    key = read_lines(out / "key.jsonl")
    missing = [line["id"] for line in key if line["id"] not in fine]
    if missing:
        raise SystemExit(f"{out}/verdicts.jsonl: no verdict on {len(missing)} hits, first id {missing[0]}")
    kept = ("carrier", "rule", "file", "offset", "variant", "seed")
    verdicts = {key_of(line): line for line in read_lines(RECORD)}
    verdicts |= {key_of(line): {**{name: line[name] for name in kept}, "fine": fine[line["id"]]} for line in key}
    there = {hit.key for hit in found}
    lines = [verdicts[place] for place in sorted(verdicts) if place in there]
    write_lines(RECORD, lines)
    write_state(lines)


def write_state(lines: list[dict[str, Any]]) -> None:
    """The counts that switch rules on, from the verdicts in `lines`."""
    judged: dict[str, list[bool]] = defaultdict(list)
    for line in lines:
        judged[f"{line['carrier']}: {line['rule']}"].append(line["fine"])
    rows = [
        f" {json.dumps(rule)}: {json.dumps({'hits': len(fine), 'fine': sum(fine)})}"
        for rule, fine in sorted(judged.items())
    ]
    STATE.write_text("{\n" + ",\n".join(rows) + "\n}\n")


def table(found: list[Hit]) -> str:
    """The table of all rules that hit: hits, judged, right, on or off, places of what was refused."""
    judged: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for line in read_lines(RECORD):
        judged[line["carrier"], line["rule"]].append(line)
    counts = Counter((hit.carrier, hit.rule) for hit in found)
    rows = ["| carrier | rule | hits | judged right | state | refused at (file:offset) |", "|---|---|---|---|---|---|"]
    refused_rules = {tuple(rule.split(": ", 1)): 0 for rule in gate.REFUSED}
    for carrier, rule in sorted(counts | dict.fromkeys(judged, 0) | refused_rules):
        lines = judged[carrier, rule]
        right = f"{sum(line['fine'] for line in lines)}/{len(lines)}" if lines else "-"
        state = "on" if gate.passes(carrier, rule) else "off"
        reason = gate.REFUSED.get(f"{carrier}: {rule}")
        refused = [f"{line['file']}:{line['offset']}" for line in lines if not line["fine"]]
        said = ", ".join(([f"a person: {reason}"] if reason else []) + refused)
        rows.append(f"| {carrier} | {rule} | {counts[carrier, rule]} | {right} | {state} | {said} |")
    return "\n".join(rows) + "\n"


def write_table(found: list[Hit]) -> None:
    """Put the table between its two markers in carriers.md."""
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + BEGIN + table(found) + END + rest.split(END)[1])


def count(found: list[Hit], corpus: Path) -> None:
    """Print how often each rule hits, and the strong marks per 100 words of each text with the rules that are on."""
    for (carrier, rule), number in Counter((hit.carrier, hit.rule) for hit in found).most_common():
        state = "on " if gate.passes(carrier, rule) else "off"
        sys.stdout.write(f"{number:4} {state} {carrier}: {rule}\n")
    strong = [c for c in FAMILIES if not c.name.startswith("punctuation.")]
    marks = words = 0
    for name, document in texts(corpus):
        here, length = (
            len({(s.carrier, s.link or s.start) for s in survey(document, strong)}),
            len(document.text.split()),
        )
        marks, words = marks + here, words + length
        sys.stdout.write(f"{100 * here / length:5.2f} marks per 100 words, {length} words: {name}\n")
    sys.stdout.write(f"{100 * marks / words:5.2f} marks per 100 words, {words} words: all\n")


def write_lines(path: Path, lines: list[dict[str, Any]]) -> None:
    """`lines` as JSON, one a line."""
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """What `write_lines` wrote."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def main() -> None:
    """Run one of the four commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("sheet", "record", "table", "count"))
    parser.add_argument("out", nargs="?", type=Path, default=Path("gate"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", nargs="*", default=[], metavar="CARRIER: RULE")
    parser.add_argument(
        "--corpus", type=Path, default=Path(os.environ.get("WHOSECOPY_CORPUS", ROOT / "../shared/corpus"))
    )
    options = parser.parse_args()
    found = hits(options.corpus)
    if options.command == "record":
        record(found, options.out)
    elif options.command == "sheet":
        known = {key_of(line) for line in read_lines(RECORD)}
        new = [hit for hit in found if hit.key not in known or f"{hit.carrier}: {hit.rule}" in options.again]
        write_sheet(new, options.out, options.seed)
    elif options.command == "table":
        write_table(found)
    else:
        count(found, options.corpus)


if __name__ == "__main__":
    main()
