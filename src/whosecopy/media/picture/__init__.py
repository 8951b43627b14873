"""Pictures of pages: lay a photo, scan or screenshot on the master's page and measure every word in it.

In reading order: `frames` (files opened), `sheet` (a page as it should look; `draw` draws it), `likely` (which pages
to try), `anchors`, `register` and `worn` (which part of the picture is the page: by words, by features, by features of
a worn picture), `unwarp` (the picture brought into the page's place, its remaining bends known), `words` (how far each
word is off, with `peaks`), `field` (what all words around have in common taken out; how sure that is), `looks`,
`twins` (screenshots compared with drawings of both looks of each word), `measure` (all of it).
"""
