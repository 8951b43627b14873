"""The demo's own document: a fictional joint plan of five agencies, its 82 recipients, a foreign text."""
