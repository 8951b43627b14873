"""Ways in which a PDF leaks as a file: saved again, cut up, printed to PDF, by the programs that are installed."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

PdfLeak = Callable[[bytes], bytes]
_SECONDS = 120


def saved_again(copy: bytes) -> bytes:
    """Opened and saved for the web, without its metadata."""
    import pikepdf

    with pikepdf.open(BytesIO(copy)) as pdf:
        if "/Metadata" in pdf.Root:
            del pdf.Root["/Metadata"]
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        out = BytesIO()
        pdf.save(out, linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def every_other_page(copy: bytes) -> bytes:
    """The odd pages, the last one first."""
    import pikepdf

    with pikepdf.open(BytesIO(copy)) as pdf, pikepdf.new() as cut:
        for page in reversed(list(pdf.pages)[::2]):
            cut.pages.append(page)
        out = BytesIO()
        cut.save(out)
    return out.getvalue()


def two_on_a_sheet(copy: bytes) -> bytes:
    """Two pages beside each other on a sheet across, at seven tenths of their size."""
    import pikepdf

    with pikepdf.open(BytesIO(copy)) as pdf, pikepdf.new() as sheets:
        for first in range(0, len(pdf.pages), 2):
            sheet = sheets.add_blank_page(page_size=(842, 595))
            for slot, page in enumerate(list(pdf.pages)[first : first + 2]):
                drawn = sheets.copy_foreign(page.as_form_xobject())
                sheet.add_resource(drawn, pikepdf.Name.XObject, pikepdf.Name(f"/P{slot}"))
                place = f"q .7 0 0 .7 {421 * slot} 0 cm /P{slot} Do Q\n"
                sheet.contents_add(place.encode())
        out = BytesIO()
        sheets.save(out)
    return out.getvalue()


def _program(*command: str) -> PdfLeak:
    def leak(copy: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            given, made = Path(folder) / "copy.pdf", Path(folder) / "leak.pdf"
            given.write_bytes(copy)
            filled = [word.format(given=given, made=made) for word in command]
            subprocess.run(filled, check=True, capture_output=True, timeout=_SECONDS)
            return made.read_bytes()

    return leak


_PROGRAMS = {
    "printed by Poppler": ("pdftocairo", "-pdf", "{given}", "{made}"),
    "cleaned by MuPDF": ("mutool", "clean", "-gggg", "-s", "-d", "{given}", "{made}"),
    "printed by Ghostscript": ("gs", "-q", "-o", "{made}", "-sDEVICE=pdfwrite", "{given}"),
}


def pdf_leaks() -> Mapping[str, PdfLeak]:
    """All ways that can be gone here, by name."""
    ours = {"saved again": saved_again, "pages taken out": every_other_page, "two on a sheet": two_on_a_sheet}
    return ours | {name: _program(*command) for name, command in _PROGRAMS.items() if shutil.which(command[0])}
