"""Documents without pages of their own set on pages: a PDF with live text, the same for the same input.

In reading order: `setter` (what others use), `wire` (what is asked and answered), `office` (DOCX, by LibreOffice)
and `printer` (Markdown, plain text, HTML: `page` makes HTML of them, WeasyPrint a PDF), `moving` (a copy out of such a
PDF). The last three run in sandboxed children.
"""

from whosecopy.media.typeset.fonts import missing_fonts
from whosecopy.media.typeset.moving import Moves, number
from whosecopy.media.typeset.setter import Typesetter, Typesetters, engine, open_typesetter

__all__ = ["Moves", "Typesetter", "Typesetters", "engine", "missing_fonts", "number", "open_typesetter"]
