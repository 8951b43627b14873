"""An exhibit of one or several files: its digest, and the one text that all of them are read as."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from whosecopy.media.docx_looks import SeenWords
from whosecopy.media.leak import LeakText, PagePicture, open_leak
from whosecopy.model import Exhibit
from whosecopy.trace.pictures import Shown

File = tuple[bytes, str]
"""The bytes of a file and its name."""


@dataclass(frozen=True, slots=True, eq=False)
class Leak:
    """An exhibit, opened; `channel` is that of its files, `ocr` where one of them was a picture.

    `pictures` are what was read by OCR, `words` the words of Word documents; both are kept only until they have been
    measured.
    """

    exhibit: Exhibit
    channel: str
    names: tuple[str, ...]
    pictures: tuple[PagePicture, ...] = ()
    words: tuple[SeenWords, ...] = ()

    @property
    def shown(self) -> Shown:
        """What can be measured of it."""
        return Shown(self.exhibit.text, self.exhibit.pages, self.pictures, self.words)


def digest_of(files: Sequence[File]) -> str:
    """What an exhibit is called by: SHA-256 (hex) of its only file, or of the digests of its files in their order."""
    if len(files) == 1:
        return hashlib.sha256(files[0][0]).hexdigest()
    return hashlib.sha256(b"".join(hashlib.sha256(data).digest() for data, _ in files)).hexdigest()


def open_exhibit(files: Sequence[File], encoding: str | None) -> Leak:
    """The exhibit that `files` make together, its text taken from them in the sandbox.

    Raises `InputError` where one of them cannot be read.
    """
    opened: list[LeakText] = [open_leak(data, name, encoding) for data, name in files]
    channels = {one.channel for one in opened}
    exhibit = Exhibit(
        sha256=digest_of(files),
        name=", ".join(name for _, name in files),
        media=", ".join(sorted({one.media for one in opened})),
        size=sum(len(data) for data, _ in files),
        text="\n\n".join(one.text for one in opened),
        preprocessing=tuple(dict.fromkeys(note for one in opened for note in one.notes)),
        pages=tuple(page for one in opened for page in one.pages),
    )
    channel = "ocr" if "ocr" in channels else min(channels)
    pictures = tuple(picture for one in opened for picture in one.pictures)
    words = tuple(one.words for one in opened if one.words)
    return Leak(exhibit, channel, tuple(name for _, name in files), pictures, words)
