"""A case told to people: the HTML report and the terminal text, pure functions of a serialised case."""

from whosecopy.trace.report.page import render_report
from whosecopy.trace.report.summary import summary

__all__ = ["render_report", "summary"]
