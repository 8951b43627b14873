"""A case told to people: the HTML report and the terminal text, pure functions of a serialised case."""

from whosecopy.trace.report.page import render_report
from whosecopy.trace.report.printed import render_pdf
from whosecopy.trace.report.proofs import Proofs
from whosecopy.trace.report.summary import summary

__all__ = ["Proofs", "render_pdf", "render_report", "summary"]
