"""Real documents open, take edits and come back; real leaks are read; only where the corpus is found."""

import os
import re
from pathlib import Path

import pytest

from whosecopy.media.dispatch import open_document, render
from whosecopy.media.leak import open_leak
from whosecopy.model import Edit

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("WHOSECOPY_CORPUS", ROOT.parent / "shared" / "corpus"))
RUNNING = ("paragraph", "item", "cell", "note")

if CORPUS.is_dir():
    DOCUMENTS = sorted([*CORPUS.glob("text/*"), *CORPUS.glob("docx/*")])
    QUICK = [path for path in sorted(CORPUS.glob("pdf/*")) if path.name != "TAMReview.pdf"]  # 23 pages by OCR: 50 s

    @pytest.mark.corpus
    @pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
    def test_a_real_document_takes_edits_everywhere_and_reads_as_edited(path):
        data = path.read_bytes()
        document = open_document(data, path.name)
        assert render(document) == data
        edits = []
        for block in document.blocks:
            if block.kind not in RUNNING:
                continue
            for word in re.finditer(r"\w+", document.text[block.start : block.end]):
                start, end = block.start + word.start(), block.start + word.end()
                whole = any(piece.start <= start and end <= piece.end for piece in document.pieces)
                if whole and not any(low < end and high > start for low, high in document.protected):
                    edits.append(Edit(start, end, f"x{word.group()}"))
        edited = document.with_edits(tuple(edits[::3]))
        assert edits
        assert open_document(render(edited), path.name).text == edited.edited_text()

    @pytest.mark.corpus
    @pytest.mark.parametrize("path", [*DOCUMENTS, *QUICK], ids=lambda path: path.name)
    def test_a_real_leak_is_read(path):
        leak = open_leak(path.read_bytes(), path.name)
        assert leak.channel == ("pdf text" if path.suffix == ".pdf" else "file")
        assert leak.text.strip()
