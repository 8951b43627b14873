"""Pictures of pages: lay a photo, scan or screenshot on the master's page and measure every word in it.

In reading order: `sheet` (a page as it should look), `register` (which part of the picture is the page),
`unwarp` (the picture brought into the page's place, its remaining bends known), `words` (how far each word is
off), `field` (what all words around have in common taken out; how sure that is), `measure` (all of it).
"""
