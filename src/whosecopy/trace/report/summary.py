"""What `trace` prints: a verdict in a few plain lines."""

from whosecopy.model import Outcome, Verdict
from whosecopy.trace.report.figures import figure_ascii, marks_needed, one_in

NOTES = {
    "reads_like_original": "reads like the original, or like a text normalised to its style; this clears nobody",
    "no_longer_verifiable": "no longer verifiable, as records or the exhibit were erased; no bundle can be made",
}
"""What the notes of `How` mean."""


def summary(verdict: Verdict) -> str:
    """The terminal text of a verdict: plain lines without markup.

    Where no copy is named it holds no label, score or rank of any copy.
    """
    return "\n".join([*_matched(verdict), *_HEADLINES[verdict.outcome](verdict), *_remarks(verdict)])


def _matched(verdict: Verdict) -> list[str]:
    if verdict.document is None:
        return []
    marks = verdict.marks
    version = f" of version {verdict.how.version}" if verdict.how.version else ""
    return [
        f"Matched {verdict.document.get('title') or verdict.document.get('id', '')}: {verdict.how.part}{version}.",
        f"{marks.read:,} of {marks.total:,} marks read.",
    ]


def _named(verdict: Verdict) -> list[str]:
    lines = []
    for named in verdict.named:
        chance = f"family-wise p <= {figure_ascii(named.p_familywise)} (N = {verdict.codewords:,})"
        lines.append(f"NAMED  copy {named.copy}, {chance}: {one_in(named.p_familywise)}.")
        if named.recipient is None:
            lines.append("       Identity sealed: it takes the approvals of this vault's policy.")
        else:
            unit = f", organisation {named.organisation}" if named.organisation else ""
            lines.append(f"       Handed out to {named.recipient}{unit}.")
    lines += [f"       Organisation, by a test of its own: {line}" for line in _organisations(verdict)]
    return [*lines, "       A copy, not a person: it says nothing about who passed it on."]


def _organisation(verdict: Verdict) -> list[str]:
    return [
        *(f"ORGANISATION  {line}" for line in _organisations(verdict)),
        "       No single copy is named. No ranking is shown.",
    ]


def _organisations(verdict: Verdict) -> list[str]:
    """One line for each organisation named; a small one is spoken of only once the identities are opened."""
    lines = []
    for unit in verdict.organisations:
        chance = float(unit["p_familywise"] or 0.0)
        name = unit["organisation"] or "fewer than five recipients, name sealed"
        lines.append(f"{name}, family-wise p <= {figure_ascii(chance)}: {one_in(chance)}.")
    return lines


def _not_enough(verdict: Verdict) -> list[str]:
    needed, read = marks_needed(verdict.codewords, verdict.alpha), verdict.marks.read
    why = f"about {needed} needed" if read < needed else f"no copy passes the limit of {one_in(verdict.alpha)}"
    return [f"NOT ENOUGH EVIDENCE: {read:,} marks read, {why}. No ranking is shown."]


def _no_document(verdict: Verdict) -> list[str]:
    return ["NO DOCUMENT: this matches no document sealed here."]


def _withheld(verdict: Verdict) -> list[str]:
    decoys = verdict.decoys
    return [
        f"WITHHELD: the trace failed its own check with {decoys.scored:,} decoys"
        f" (KS p {figure_ascii(decoys.ks_p)}, {decoys.passes:,} passed).",
        "Nothing may be concluded from it. Keep the case and report the fault.",
    ]


def _alarm(verdict: Verdict) -> list[str]:
    return [
        "INTEGRITY ALARM: the leak matches a codeword that no record says was handed out. Nobody is named.",
        "Leave the vault and its log as they are and have them audited.",
    ]


def _remarks(verdict: Verdict) -> list[str]:
    how, decoys = verdict.how, verdict.decoys
    lines = [f"How it got out: {how.channel}."] if how.channel else []
    lines += [f"Note: {NOTES.get(note, note)}." for note in how.notes]
    if decoys.scored and verdict.outcome is not Outcome.WITHHELD:
        passed = f"{decoys.passes:,} passed" if decoys.passes else "none passed"
        lines.append(f"Check: {decoys.scored:,} decoys scored, {passed}.")
    if verdict.case and verdict.document is not None:
        lines.append(f"Case: {verdict.case}.")
    return lines


_HEADLINES = {
    Outcome.NAMED: _named,
    Outcome.ORGANISATION: _organisation,
    Outcome.NOT_ENOUGH_EVIDENCE: _not_enough,
    Outcome.NO_DOCUMENT: _no_document,
    Outcome.WITHHELD: _withheld,
    Outcome.INTEGRITY_ALARM: _alarm,
}
