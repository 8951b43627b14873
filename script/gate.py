"""The gate of the English rules: which pairs read right in texts that were not used to write them.

`script/gate sheet OUT` writes OUT/sheet.jsonl (for the judge: both variants in random order, nothing else)
and OUT/key.jsonl (which is the original). The judge writes one line `{"id": 7, "fine": true}` per hit: fine
means that both variants read right in this place and say the same. `script/gate record OUT` keeps the verdicts
without any text in docs/explanation/gate.jsonl; `script/gate table` writes the table of carriers.md from it;
`script/gate count` prints how often each rule hits.
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

from whosecopy.carriers.english import TextCarrier
from whosecopy.carriers.registry import carriers
from whosecopy.media.dispatch import open_document
from whosecopy.model import Document, Site

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "docs/explanation/gate.jsonl"
PAGE = ROOT / "docs/explanation/carriers.md"
BEGIN, END = "<!-- gate: begin -->\n", "<!-- gate: end -->\n"
USED_TO_WRITE = ("1974-Nixon.txt", "1999-Clinton.txt")
MOST = 50
CONTEXT = 140


@dataclass(frozen=True)
class Hit:
    """One alternative at one site of one corpus text; `offset` counts characters of the file."""

    carrier: str
    rule: str
    file: str
    offset: int
    left: str
    original: str
    variant: str
    right: str
    on: bool


def hits(folder: Path) -> Iterator[Hit]:
    """All hits in the texts that no rule was written on."""
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".txt", ".md") or path.name in USED_TO_WRITE:
            continue
        document = open_document(path.read_bytes(), path.name)
        for carrier in carriers():
            if isinstance(carrier, TextCarrier):
                on = {site.locator for site in carrier.find(document, False)}
                for site in carrier.suggestions(document):
                    yield from hits_at(document, path.name, site, site.locator in on)


def hits_at(document: Document, file: str, site: Site, on: bool) -> Iterator[Hit]:
    """One hit for each variant that the master does not show."""
    block = next(b for b in document.blocks if b.start <= site.start <= b.end)
    piece = next(p for p in document.pieces if p.start <= site.start <= p.end)
    left = document.text[max(block.start, site.start - CONTEXT) : site.start]
    right = document.text[site.end : min(block.end, site.end + CONTEXT)]
    for variant in site.variants[1:]:
        offset = piece.offset + site.start - piece.start
        yield Hit(site.carrier, site.locator, file, offset, left, site.variants[0], variant, right, on)


def draw(seed: int, hit: Hit) -> int:
    """A number that looks random and depends on nothing but `seed` and the place of `hit`."""
    place = f"{seed}|{hit.carrier}|{hit.rule}|{hit.file}|{hit.offset}|{hit.variant}"
    return int.from_bytes(sha256(place.encode()).digest()[:8])


def sampled(found: list[Hit], seed: int) -> list[Hit]:
    """At most 50 hits of each rule, by `seed`, in random order."""
    by_rule: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    for hit in sorted(found, key=lambda hit: draw(seed, hit)):
        by_rule[hit.carrier, hit.rule].append(hit)
    return sorted((hit for group in by_rule.values() for hit in group[:MOST]), key=lambda hit: draw(seed + 1, hit))


def write_sheet(found: list[Hit], out: Path, seed: int) -> None:
    """The sheet for the judge and the key that he does not see."""
    out.mkdir(parents=True, exist_ok=True)
    sheet, key = [], []
    for number, hit in enumerate(sampled(found, seed)):
        swapped = draw(seed + 2, hit) % 2 == 1
        a, b = (hit.variant, hit.original) if swapped else (hit.original, hit.variant)
        place = {"rule": hit.rule, "file": hit.file, "offset": hit.offset}
        sheet.append({"id": number, **place, "left": hit.left, "a": a, "b": b, "right": hit.right})
        key.append({"id": number, "carrier": hit.carrier, **place, "original": "b" if swapped else "a", "seed": seed})
    write_lines(out / "sheet.jsonl", sheet)
    write_lines(out / "key.jsonl", key)


def record(out: Path) -> None:
    """Keep the verdicts of OUT/verdicts.jsonl beside the documentation, without text."""
    fine = {line["id"]: line["fine"] for line in read_lines(out / "verdicts.jsonl")}
    key = read_lines(out / "key.jsonl")
    missing = [line["id"] for line in key if line["id"] not in fine]
    if missing:
        raise SystemExit(f"{out}/verdicts.jsonl: no verdict on {len(missing)} hits, first id {missing[0]}")
    kept = ("carrier", "rule", "file", "offset", "seed")
    lines = [{**{name: line[name] for name in kept}, "fine": fine[line["id"]]} for line in key]
    write_lines(RECORD, sorted(lines, key=lambda line: (line["carrier"], line["rule"], line["file"], line["offset"])))


def table(found: list[Hit]) -> str:
    """The table of all rules that hit: hits, judged, right, on or off, places of what was refused."""
    judged: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for line in read_lines(RECORD) if RECORD.exists() else []:
        judged[line["carrier"], line["rule"]].append(line)
    counts = Counter((hit.carrier, hit.rule) for hit in found)
    on = {(hit.carrier, hit.rule) for hit in found if hit.on}
    rows = ["| carrier | rule | hits | judged right | state | refused at (file:offset) |", "|---|---|---|---|---|---|"]
    for carrier, rule in sorted(counts | dict.fromkeys(judged, 0)):
        lines = judged[carrier, rule]
        right = f"{sum(line['fine'] for line in lines)}/{len(lines)}" if lines else "-"
        state = "on" if (carrier, rule) in on else "off"
        refused = ", ".join(f"{line['file']}:{line['offset']}" for line in lines if not line["fine"])
        rows.append(f"| {carrier} | {rule} | {counts[carrier, rule]} | {right} | {state} | {refused} |")
    return "\n".join(rows) + "\n"


def write_table(found: list[Hit]) -> None:
    """Put the table between its two markers in carriers.md."""
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + BEGIN + table(found) + END + rest.split(END)[1])


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
    corpus = Path(os.environ.get("WHOSECOPY_CORPUS", ROOT / "../shared/corpus"))
    parser.add_argument("--corpus", type=Path, default=corpus / "text")
    options = parser.parse_args()
    if options.command == "record":
        record(options.out)
        return
    found = list(hits(options.corpus))
    if options.command == "sheet":
        write_sheet(found, options.out, options.seed)
    elif options.command == "table":
        write_table(found)
    else:
        for (carrier, rule), count in Counter((hit.carrier, hit.rule) for hit in found).most_common():
            sys.stdout.write(f"{count:4} {carrier}: {rule}\n")


if __name__ == "__main__":
    main()
