"""What a suspicious reader finds: canary-scan over copies of each kind, and a word-by-word comparison of two.

Prints a row for each format and choice of marks: marks in the document, findings in one copy and in two
copies side by side that the master does not have (with those the master has), and how many places differ.
"""

import difflib
import html
import json
import subprocess
import sys
import tempfile
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

from whosecopy.cli import run
from whosecopy.media.dispatch import read_document

ROOT = Path(__file__).resolve().parents[1]
SCANNER = ROOT / ".venv-adversaries/bin/canary-scan"
AUTOMATIC = (ROOT / "tests/documents/newsletter.txt").read_text()
DECLARED = (ROOT / "docs/examples/memo.md").read_text().split("---\n", 2)[2]
CHOICES = {
    "words": (AUTOMATIC, "wording,notation,punctuation"),
    "words and typography": (AUTOMATIC, "wording,notation,punctuation,typography"),
    "declared and all others": (DECLARED, ""),
}
Found = Counter[str]
Row = tuple[object, ...]


def main() -> None:
    """Seal each document in each format for two recipients, scan, compare, print."""
    heading = "format", "marks of", "marks", "one copy", "two copies", "master", "places that differ"
    rows = [heading, *(_row(suffix, choice) for suffix in _WRITERS for choice in CHOICES)]
    for row in rows:
        sys.stdout.write("| " + " | ".join(str(cell) for cell in row) + " |\n")


def _row(suffix: str, choice: str) -> Row:
    text, carriers = CHOICES[choice]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        master = home / f"master{suffix}"
        _WRITERS[suffix](master, text)
        marks = _seal(home, master, carriers)
        copies = [home / f"copies/{name}{suffix}" for name in ("a", "b")]
        known = _scan(home, master)
        twice = _scan(home, master, master)
        one = _scan(home, copies[0]) - known
        two = _scan(home, *copies) - twice
        severities = Counter(kind.split(" ")[0] for kind in known.elements())
        return suffix, choice, marks, _words(one), _words(two), _words(severities), _differences(*copies)


def _seal(home: Path, master: Path, carriers: str) -> int:
    (home / "to.csv").write_text("id\na\nb\n")
    place = ["--vault", f"{home}/vault", "--key", f"{home}/root.key"]
    sealing = ["seal", str(master), "--to", f"{home}/to.csv", "--out", f"{home}/copies", "--variants", "--accept-weak"]
    for arguments in (["init"], [*sealing, "--carriers", carriers, "--json"]):
        with (home / "answer").open("w") as answer:
            keep, sys.stdout = sys.stdout, answer
            try:
                code = run([*arguments, *place])
            finally:
                sys.stdout = keep
        if code:
            sys.exit(code)
    return int(json.loads((home / "answer").read_text())["marks"]["total"])


def _scan(home: Path, *files: Path) -> Found:
    """Findings by severity and kind, over the files alone in a folder, under neutral names."""
    with tempfile.TemporaryDirectory(dir=home) as folder:
        source, target = Path(folder, "source"), Path(folder, "findings")
        source.mkdir()
        for number, file in enumerate(files):
            (source / f"file{number}{file.suffix}").write_bytes(file.read_bytes())
        command = [str(SCANNER), "scan", str(source), "--outdir", str(target), "--workers", "1"]
        subprocess.run(command, check=True, capture_output=True)
        findings = map(json.loads, (target / "canary-scan-report.json").read_text().splitlines())
        return Counter(f"{one['severity']} {one['subcategory'] or one['category']}" for one in findings)


def _words(found: Found) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(found.items())) or "nothing"


def _differences(first: Path, second: Path) -> int:
    """Runs of differing words between what the two copies read."""
    texts = [read_document(file.read_bytes(), file.name).text.split() for file in (first, second)]
    return sum(tag != "equal" for tag, *_ in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes())


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _plain(path: Path, text: str) -> None:
    path.write_text(text)


def _page(text: str) -> str:
    body = "\n".join(f"<p>{html.escape(part.lstrip('# '), quote=False)}</p>" for part in _paragraphs(text))
    return f'<!doctype html>\n<html lang="en"><head><title>Memo</title></head><body>\n{body}\n</body></html>\n'


def _html(path: Path, text: str) -> None:
    path.write_text(_page(text))


def _mail(path: Path, text: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "all@example.org", "Memo"
    mail.set_content("\n\n".join(part.lstrip("# ") for part in _paragraphs(text)), cte="quoted-printable")
    mail.add_alternative(_page(text), subtype="html", cte="quoted-printable")
    path.write_bytes(mail.as_bytes())


def _word(path: Path, text: str) -> None:
    import docx

    document = docx.Document()
    for part in _paragraphs(text):
        document.add_paragraph(part.lstrip("# "))
    document.save(str(path))


_WRITERS = {".txt": _plain, ".md": _plain, ".html": _html, ".docx": _word, ".eml": _mail}


if __name__ == "__main__":
    main()
