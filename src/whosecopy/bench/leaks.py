"""Make leaks from copies the way people do: paste, retype, misread, shuffle, photograph.

Every function takes the reading text of a copy and a random generator and returns what would surface.
The pictures are simulated: typeset by Pillow, degraded by blur, noise, a tilt and JPEG compression.
"""

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

Leak = Callable[[str, np.random.Generator], str]

_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " ", "…": "..."})
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LOOKALIKE = {
    "l": "1", "1": "l", "O": "0", "0": "O", "m": "rn", "e": "c", "c": "e", "h": "b", "i": "l", "a": "o",
    "o": "a", "n": "ri", "t": "f", "f": "t", "u": "v", "s": "5", ",": ".", ".": ",", "-": " ",
}  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?])\s+")

FOREIGN = (
    "The orchard committee postponed its meeting because the bridge was closed.",
    "Nobody had expected the harvest to begin before the second week of September.",
    "A short walk along the river leads to the old mill, where bread is still baked on Fridays.",
    "She kept the letters in a tin box under the stairs and read them every winter.",
    "The museum opens at noon and closes when the last visitor has left.",
    "Their boat had been repainted twice since the spring, and it still leaked.",
    "Most of the violins in the workshop were made from wood that had dried for forty years.",
    "The referee looked at his watch and decided that the rain would not stop.",
    "Chess players in the park bring their own clocks and share their sandwiches.",
    "It took three men and a borrowed horse to move the piano up the hill.",
    "The recipe asks for lemons, but any sour fruit will do.",
    "At the edge of the village stands a lime tree that nobody dares to cut.",
    "Several runners lost their way in the fog and finished the race from the wrong side.",
    "The choir practises in the gymnasium while the church roof is being mended.",
    "He painted the same window forty times, each time in a different light.",
    "Snow fell in April, and the bees stayed in their hives for another month.",
)


def paste(text: str, rng: np.random.Generator) -> str:
    """The text copied and pasted as it is."""
    return text


def retype(text: str, rng: np.random.Generator) -> str:
    """The text typed again: typography and line breaks lost, one character in 500 mistyped."""
    return misread(" ".join(text.translate(_PLAIN).split()), rng, 0.002)


def misread(text: str, rng: np.random.Generator, rate: float) -> str:
    """The text with a share `rate` of its characters replaced by look-alikes, dropped or doubled."""
    draws = rng.random(len(text))
    kinds = rng.random(len(text))
    letters = rng.integers(0, len(_LETTERS), len(text))
    out = []
    for character, draw, kind, letter in zip(text, draws, kinds, letters, strict=True):
        if draw >= rate:
            out.append(character)
        elif kind < 0.65:
            out.append(_LOOKALIKE.get(character) or _LETTERS[letter])
        elif kind >= 0.85:
            out.append(character + _LETTERS[letter])
    return "".join(out)


def noisy(rate: float) -> Leak:
    """A leak that is retyped text with a share `rate` of misread characters."""
    return lambda text, rng: misread(" ".join(text.translate(_PLAIN).split()), rng, rate)


def shuffled(text: str, rng: np.random.Generator) -> str:
    """Half of the sentences, in another order, among as many foreign ones."""
    own = [sentence for sentence in _SENTENCE.split(" ".join(text.translate(_PLAIN).split())) if sentence]
    kept = [own[k] for k in rng.permutation(len(own))[: max(1, len(own) // 2)]]
    foreign = [FOREIGN[k % len(FOREIGN)] for k in rng.integers(0, len(FOREIGN), len(kept))]
    mixed = kept + foreign
    return " ".join(mixed[k] for k in rng.permutation(len(mixed)))


def paragraph(text: str, rng: np.random.Generator) -> str:
    """One paragraph of at least forty words, retyped."""
    return retype(_one([part for part in text.split("\n\n") if len(part.split()) >= 40] or [text], rng), rng)


def page(text: str, rng: np.random.Generator, words: int = 350) -> str:
    """A stretch of 350 words, retyped."""
    pieces = text.split()
    start = int(rng.integers(0, max(1, len(pieces) - words)))
    return retype(" ".join(pieces[start : start + words]), rng)


def half(text: str, rng: np.random.Generator) -> str:
    """One half of the text, from anywhere, retyped."""
    return page(text, rng, len(text.split()) // 2)


def pages(text: str, rng: np.random.Generator, dpi: int = 150) -> list[bytes]:
    """The text typeset on A4 pages, then photographed (simulated): JPEG files."""
    from PIL import Image, ImageDraw, ImageFont

    scale = dpi / 72
    size, margin = (round(595 * scale), round(842 * scale)), round(62 * scale)
    font = ImageFont.truetype("DejaVuSerif.ttf", round(10.5 * scale))
    step = round(15 * scale)
    lines = _wrapped(text, lambda line: font.getlength(line) <= size[0] - 2 * margin)
    per_page = (size[1] - 2 * margin) // step
    out = []
    for first in range(0, len(lines), per_page):
        image = Image.new("L", size, 255)
        draw = ImageDraw.Draw(image)
        for row, line in enumerate(lines[first : first + per_page]):
            draw.text((margin, margin + row * step), line, font=font, fill=20)
        out.append(_photographed(image, rng))
    return out


def _photographed(image: "Image", rng: np.random.Generator) -> bytes:
    """A hand-held photo of a page at about 110 dpi (simulated): tilt, perspective, shade, blur, noise, JPEG."""
    from PIL import Image, ImageFilter

    wide, high = image.size
    corner = [float(share) for share in rng.uniform(0, 0.02, 8)]
    quad = (
        wide * corner[0], high * corner[1], wide * corner[2], high * (1 - corner[3]),
        wide * (1 - corner[4]), high * (1 - corner[5]), wide * (1 - corner[6]), high * corner[7],
    )  # fmt: skip
    size = (round(0.75 * wide), round(0.75 * high))
    tilted = image.rotate(float(rng.uniform(-1, 1)), resample=Image.Resampling.BICUBIC, fillcolor=255)
    seen = tilted.transform(size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=255)
    blurred = np.asarray(seen.filter(ImageFilter.GaussianBlur(1.1)), dtype=float)
    shaded = blurred * np.linspace(0.65, 1.0, size[0])[None, :]
    grainy = np.clip(shaded + rng.normal(0, 14, blurred.shape), 0, 255).astype(np.uint8)
    compressed = io.BytesIO()
    Image.fromarray(grainy).save(compressed, "JPEG", quality=40)
    return compressed.getvalue()


def _wrapped(text: str, fits: Callable[[str], bool]) -> list[str]:
    lines: list[str] = []
    for block in text.split("\n\n"):
        line = ""
        for word in block.split():
            longer = f"{line} {word}".strip()
            if line and not fits(longer):
                lines.append(line)
                longer = word
            line = longer
        lines += [line, ""]
    return lines


def _one(parts: Sequence[str], rng: np.random.Generator) -> str:
    return parts[int(rng.integers(0, len(parts)))]


LEAKS: dict[str, Leak] = {
    "paste": paste,
    "retype": retype,
    "2 % misread": noisy(0.02),
    "5 % misread": noisy(0.05),
    "10 % misread": noisy(0.10),
    "half the sentences, shuffled": shuffled,
    "half of the text": half,
    "one page": page,
    "one paragraph": paragraph,
}
