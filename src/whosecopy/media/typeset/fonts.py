"""Fonts that a Word document names and this machine lacks: others stand in, and its lines break elsewhere."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator

from whosecopy.media.package import open_package

_TEXTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_STYLES, _THEME = "word/styles.xml", "word/theme/theme1.xml"
_FONTS = re.compile(rb"<\w+:rFonts\b[^<>]*>")
_NAMED = re.compile(rb"""\b(ascii|hAnsi)(Theme)?\s*=\s*["']([^"']+)["']""")
_USED = re.compile(rb"""<\w+:(?:pStyle|rStyle|tblStyle|basedOn|link)\s[^<>]*?:val\s*=\s*["']([^"']+)["']""")
_STYLE = re.compile(rb"<\w+:style\b")
_STYLE_ID = re.compile(rb"""\bstyleId\s*=\s*["']([^"']+)["']""")
_DEFAULT = re.compile(rb"""^[^<>]*\bdefault\s*=\s*["'](?:1|true|on)["']""")
_LATIN = re.compile(rb"""<\w+:latin\b[^<>]*?\btypeface\s*=\s*["']([^"'<>]*)["']""")
_OF_ONE_WIDTH = (
    ("calibri", "carlito"), ("cambria", "caladea"), ("arial", "liberation sans", "arimo", "helvetica", "nimbus sans"),
    ("times new roman", "liberation serif", "tinos", "times", "nimbus roman"),
    ("courier new", "liberation mono", "cousine", "courier", "nimbus mono ps"),
)  # fmt: skip
_PACKAGES = {"calibri": "fonts-crosextra-carlito", "cambria": "fonts-crosextra-caladea"}
_USUAL_PACKAGE = "fonts-liberation"
_MATCH_S = 20
_MOST = 40


def missing_fonts(data: bytes, name: str) -> str:
    """One line on fonts that the Word document `data` is set in and for which nothing of the same widths is here.

    Empty where there are none, or where fontconfig is not installed to ask. Raises `InputError` where the archive is
    damaged.
    """
    lacking = [one for one in sorted({*_named(data, name)})[:_MOST] if not _is_here(one)]
    if not lacking:
        return ""
    packages = {_PACKAGES[one.lower()] for one in lacking if one.lower() in _PACKAGES}
    packages |= {_USUAL_PACKAGE for one in lacking if any(one.lower() in same for same in _OF_ONE_WIDTH[2:])}
    advice = f"install {', '.join(sorted(packages))}" if packages else "install them"
    return (
        f"{name}: fonts that are not installed here: {', '.join(lacking)}; copies are set in others and look otherwise "
        f"than the master; {advice}"
    )


def _named(data: bytes, name: str) -> Iterator[str]:
    """The fonts of Latin letters that the text, its styles and its defaults name."""
    package = open_package(data, name)
    texts = [package.read(member) for member in package.members if _TEXTS.fullmatch(member)]
    styles = package.read(_STYLES) if _STYLES in package.members else b""
    theme = package.read(_THEME) if _THEME in package.members else b""
    used = [*_styles_used(texts, styles)]
    yield from _faces(texts, theme)
    yield from _faces(used, theme)
    usual = [one for one in used if _DEFAULT.match(one) and b"paragraph" in one.partition(b">")[0]]
    if not [*_faces(usual, theme)]:
        yield from _faces([styles.partition(b"docDefaults>")[2].partition(b"docDefaults>")[0]], theme)


def _styles_used(texts: Iterable[bytes], styles: bytes) -> list[bytes]:
    """The styles that texts name, those they rest on, and the default ones."""
    by_name, usual = {}, []
    for one in _STYLE.split(styles)[1:]:
        found = _STYLE_ID.search(one)
        if found:
            by_name[found[1]] = one
        if _DEFAULT.match(one):
            usual.append(one)
    left = [name for text in [*texts, *usual] for name in _USED.findall(text)]
    out: dict[bytes, bytes] = {}
    while left:
        name = left.pop()
        if name in by_name and name not in out:
            out[name] = by_name[name]
            left += _USED.findall(by_name[name])
    return [*out.values(), *usual]


def _faces(parts: Iterable[bytes], theme: bytes) -> Iterator[str]:
    for part in parts:
        for element in _FONTS.findall(part):
            for _, of_theme, value in _NAMED.findall(element):
                face = _of_theme(value, theme) if of_theme else value
                if face:
                    yield face.decode("utf-8", "replace")


def _of_theme(value: bytes, theme: bytes) -> bytes:
    """The face that a theme has for `minorHAnsi`, `majorAscii` and the like."""
    found = _LATIN.search(theme.partition(b"majorFont>" if value.startswith(b"major") else b"minorFont>")[2])
    return found[1] if found else b""


def _is_here(family: str) -> bool:
    """Whether fontconfig knows the family, or has one of the same widths for it."""
    program = shutil.which("fc-match")
    if program is None:
        return True
    asked = family.replace("\\", "").replace("-", "\\-").replace(":", "\\:").replace(",", "\\,")
    command = [program, "-f", "%{family}", "--", asked]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_MATCH_S, check=False, env={"PATH": os.environ.get("PATH", "")}
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return True
    given = {one.strip().lower() for one in done.stdout.decode("utf-8", "replace").split(",")}
    wanted = {family.lower()}.union(*(same for same in _OF_ONE_WIDTH if family.lower() in same))
    return done.returncode != 0 or bool(given & wanted)
