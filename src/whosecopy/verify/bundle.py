"""A bundle with every member parsed: signed by somebody, whole, and nothing in it that does not belong there."""

from collections.abc import Mapping
from dataclasses import dataclass

from whosecopy.errors import IntegrityError
from whosecopy.model import Case, Template
from whosecopy.tlog.note import Key
from whosecopy.verify import values
from whosecopy.verify.archive import parse, unpack
from whosecopy.verify.envelope import check_envelope
from whosecopy.verify.values import Evidence, Log, MarkSeen


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
        return self.evidence.copies[0].panel if self.evidence.copies else 0

    @property
    def exhibit(self) -> list[tuple[bytes, str]]:
        """The files of the exhibit, bytes and name."""
        return [
            (self.members[values.exhibit_member(number)], file.name) for number, file in enumerate(self.evidence.files)
        ]


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
    for name in sorted(members.keys() ^ expected):
        raise IntegrityError(f"{name[:80]}: {'does not belong in a bundle' if name in members else 'is missing'}")
    if manifest.case != case.verdict.case:
        raise IntegrityError(f"the manifest is of case {manifest.case[:40]}, the verdict of {case.verdict.case[:40]}")
    return bundle
