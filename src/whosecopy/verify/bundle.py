"""A bundle with every member parsed: signed by somebody, whole, and nothing in it that does not belong there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whosecopy.errors import IntegrityError
from whosecopy.model import Case, Template, codec
from whosecopy.tlog.note import Key
from whosecopy.verify import values
from whosecopy.verify.archive import parse, unpack
from whosecopy.verify.envelope import check_envelope
from whosecopy.verify.values import Evidence, Log, MarkSeen, Panel


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """The members of a bundle and what they say; `key` is the one that signed it, trusted or not."""

    key: Key
    members: Mapping[str, bytes]
    case: Case
    evidence: Evidence
    log: Log
    marks: tuple[MarkSeen, ...]
    templates: tuple[Template, ...]

    @property
    def best(self) -> int:
        """The panel that the verdict is about: that of the best named copy, or the first."""
        return best_panel(self.case, self.evidence.panels)

    @property
    def measured(self) -> list[int]:
        """The panels against whose masters pictures of the exhibit were measured."""
        known = {one.template_sha256 for one in self.case.exhibit.measured}
        return [panel for panel, template in enumerate(self.templates) if codec.digest(template).hex() in known]

    @property
    def exhibit(self) -> list[tuple[bytes, str]]:
        """The files of the exhibit, bytes and name."""
        return [
            (self.members[values.exhibit_member(number)], file.name) for number, file in enumerate(self.evidence.files)
        ]


def best_panel(case: Case, panels: Sequence[Panel]) -> int:
    """Which of the versions in play the verdict is about; raises `IntegrityError` where it is about none."""
    told = (case.verdict.document or {}).get("id"), case.verdict.how.version
    for number, panel in enumerate(panels):
        if (panel.document, str(panel.version)) == told:
            return number
    raise IntegrityError("the verdict is about a document or version that is not in play")


def open_bundle(data: bytes) -> Bundle:
    """The bundle in `data`, after checking its form, its digests and its signature: not yet what it says.

    Raises `IntegrityError` where any of it is wrong.
    """
    members = unpack(data)
    manifest, key = check_envelope(members)
    case = parse(members, values.CASE, Case)
    evidence = parse(members, values.EVIDENCE, Evidence)
    panels = range(len(evidence.panels))
    templates = tuple(parse(members, values.template_member(panel), Template) for panel in panels)
    bundle = Bundle(
        key,
        members,
        case,
        evidence,
        parse(members, values.LOG, Log),
        parse(members, values.MARKS, tuple[MarkSeen, ...]),
        templates,
    )
    expected = {values.CASE, values.EVIDENCE, values.LOG, values.MARKS, values.CHECKPOINT, values.ENVELOPE}
    expected |= {values.template_member(panel) for panel in panels}
    expected |= {values.exhibit_member(number) for number in range(len(evidence.files))}
    expected |= {values.master_member(panel) for panel in bundle.measured}
    for name in sorted(members.keys() ^ expected):
        raise IntegrityError(f"{name[:80]}: {'does not belong in a bundle' if name in members else 'is missing'}")
    if manifest.case != case.verdict.case:
        raise IntegrityError(f"the manifest is of case {manifest.case[:40]}, the verdict of {case.verdict.case[:40]}")
    return bundle
