"""Tesseract, run as a program on one picture at a time."""

import csv
import io
import resource
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

from whosecopy.errors import InputError
from whosecopy.media.picture.sheet import Grey

_WALL_S = 110
_OPTIONS = ("--dpi", "300", "--psm", "3", "-c", "thresholding_method=2", "-c", "paragraph_text_based=0")
"""Paragraphs are told by their shape: telling them by their words takes a tenth of the time, and nobody needs it."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that Tesseract reads: `confidence` is 0 to 100, `paragraph` and `line` are where it belongs."""

    paragraph: tuple[str, str, str]
    line: str
    confidence: float
    text: str
    box: Box


def engine() -> str:
    """The program that reads pictures and its version, or that there is none: others may read other text."""
    if shutil.which("tesseract") is None:
        return "no tesseract"
    found = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, timeout=20, check=False)
    return next(iter(found.stdout.splitlines()), "tesseract")


def spent_s() -> float:
    """Processor time that Tesseract has used so far, in all runs of this process."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def words_in(page: Grey, cpu_s: int) -> list[Word] | None:
    """The words of a picture in reading order; None where Tesseract refuses it, or needs over `cpu_s` seconds.

    Raises `InputError` where Tesseract is not installed.
    """
    head = b"P5 %d %d 255\n" % (page.shape[1], page.shape[0])
    command = ["tesseract", "stdin", "stdout", "-l", _languages(), *_OPTIONS, "tsv"]
    try:
        done = subprocess.run(
            command, input=head + page.tobytes(), capture_output=True, timeout=_WALL_S, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s)),  # a child without threads
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    if done.returncode != 0:
        return None
    rows = csv.DictReader(io.StringIO(done.stdout.decode("utf-8", "replace")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [_word(row) for row in rows if row["level"] == "5" and (row["text"] or "").strip()]


def _word(row: dict[str, str]) -> Word:
    paragraph = (row["page_num"], row["block_num"], row["par_num"])
    left, top, width, height = (float(row[key]) for key in ("left", "top", "width", "height"))
    box = (left, top, left + width, top + height)
    return Word(paragraph, row["line_num"], float(row["conf"]), row["text"].strip(), box)


@cache
def _languages() -> str:
    """English and up to two more languages that Tesseract has data for."""
    if shutil.which("tesseract") is None:
        raise InputError("pictures need Tesseract to be read; install tesseract-ocr, or hand in the text")
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False).stdout
    found = [line.strip() for line in listed.splitlines()[1:] if line.strip().isalpha() and line.strip() != "osd"]
    if not found:
        raise InputError("Tesseract has no language to read pictures in; install tesseract-ocr-eng")
    return "+".join(sorted(found, key=lambda language: (language != "eng", language))[:3])
