"""PDF: read a leak, find and move the words of a master.

In reading order: `chars` (the text as PDFium reads it), `fonts` and `glyphs` (the interpreter), `runs` and
`words` (both together: words that can be moved), `rewrite`, `press` and `printer` (copies, by way of `switches` and
`deflate`), `proof` (they read the same), `master` (all of it, for `media.dispatch`); `leak` and `looks` for what
surfaced.
"""
