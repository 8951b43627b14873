"""Documents without pages of their own set on pages: a PDF with live text, the same for the same input.

In reading order: `setter` (what others use), `wire` (what is asked and answered), `office` (DOCX, by LibreOffice)
and `printer` (Markdown, plain text, HTML: `page` makes HTML of them, WeasyPrint a PDF). The last two run as sandboxed
children.
"""

from whosecopy.media.typeset.setter import Typesetter, engine, open_typesetter

__all__ = ["Typesetter", "engine", "open_typesetter"]
