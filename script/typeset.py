"""Typeset PDFs of our own to measure layout marks on: by Typst, WeasyPrint and LibreOffice, into a folder.

Usage: .venv/bin/python script/typeset.py FOLDER
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import docx
import numpy as np

from whosecopy.bench.prose import prose
from whosecopy.bench.typeset import article, letter

ARTICLES, LETTERS, MEMOS = (11, 12, 13), (21, 22), (31, 32)
FIVE_PAGES, SENTENCES = 14, 330


def main(folder: Path) -> None:
    """Write every PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in ARTICLES:
        (folder / f"article-{seed}.pdf").write_bytes(article(seed))
    (folder / f"article-{FIVE_PAGES}-five-pages.pdf").write_bytes(article(FIVE_PAGES, SENTENCES))
    for seed in LETTERS:
        (folder / f"letter-{seed}.pdf").write_bytes(letter(seed))
    for seed, font in zip(MEMOS, ("Liberation Serif", "DejaVu Sans"), strict=True):
        memo(seed, font, folder / f"memo-{seed}.pdf")


def memo(seed: int, font: str, target: Path) -> None:
    """A memo as an office writes it: a DOCX printed to PDF by LibreOffice."""
    document = docx.Document()
    document.styles["Normal"].font.name = font
    document.add_heading("Memo to all offices", 1)
    for part in prose(np.random.default_rng(seed), 40).split("\n\n"):
        document.add_paragraph(part)
    with tempfile.TemporaryDirectory() as home:
        source = Path(home, f"{target.stem}.docx")
        document.save(str(source))
        profile = f"-env:UserInstallation=file://{home}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(target.parent), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
