"""A page that tells an assessment: words, tables and line charts, self-contained, without scripts."""

from whosecopy.cli.paper.chart import Chart, Line, Point
from whosecopy.cli.paper.page import Paper, Section, Table, render_paper

__all__ = ["Chart", "Line", "Paper", "Point", "Section", "Table", "render_paper"]
