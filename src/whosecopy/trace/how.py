"""By which way a text got out, as far as the leak itself shows; facts beside the evidence."""

from collections.abc import Sequence

import numpy as np

from whosecopy.carriers.registry import is_layout
from whosecopy.media.dispatch import PDF
from whosecopy.model import How
from whosecopy.model.measured import Measured
from whosecopy.trace.read import Sighting
from whosecopy.trace.told import declared_facts

_ORIGINAL_READ = 30
_ORIGINAL_AGREES = 0.95
_ORIGINAL_STRONG = 0.5
_NEARLY_ALL = 0.9
_NAME_IT = "OCR reads only letters that Tesseract has data for; if you know the document, trace again with --document"


def how_it_got_out(
    sighting: Sighting, channel: str, version: str, notes: Sequence[str] = (), measured: Sequence[Measured] = ()
) -> How:
    """The channel, the part and the version that the leak shows; `measured` is what its pictures show."""
    if _told(sighting):
        return How("told: facts that outsiders knew, as written down", f"{sighting.marks_read} facts", version)
    sha256 = sighting.reading.template_sha256
    pictures = next((one for one in measured if one.pictures and one.template_sha256 == sha256), None)
    if pictures is None:
        return How(_channel(sighting, channel), _part(sighting), version, notes=tuple(notes))
    part = _pages_shown(pictures, sighting) if pictures.pages else _part(sighting)
    return How(_way_of_pictures(sighting, pictures), part, version, notes=(*notes, *_not_found(pictures)))


def of_no_document(channel: str, document: str | None) -> How:
    """What can be said of a leak that matches nothing; `document` is the one that the user named."""
    if channel != "ocr":
        return How("", "", "")
    advice = () if document else (_NAME_IT,)
    return How("a picture; it cannot be laid on any sealed page", "", "", notes=advice)


def _way_of_pictures(sighting: Sighting, pictures: Measured) -> str:
    """Dark grey ink is told from black on screens only: printers, scanners and copiers make it all one black."""
    if not pictures.pages:
        return "a picture of the text; it cannot be laid on a page, only its words were read"
    read = {name for name, seen in zip(sighting.template.mark_carriers, sighting.reading.read, strict=True) if seen}
    offered = set(sighting.template.mark_carriers)
    if "layout.luminance" in read:
        return "a picture of the page on a screen: a screenshot, or a photo of a screen"
    if "layout.luminance" in offered and any(is_layout(name) for name in read):
        return "a picture of the page, likely printed: a scan, a photocopy, or a photo of paper"
    return "a picture of the page"


def _pages_shown(pictures: Measured, sighting: Sighting) -> str:
    """The pages, and how much of them where that is not nearly all."""
    shown = [along is not None or up is not None for along, up in zip(pictures.along_pt, pictures.up_pt, strict=True)]
    share = float(np.mean(shown)) if shown else 0.0
    pages = sorted({one.page + 1 for one in pictures.pages})
    whole = _some("page", pages, len(sighting.template.layout.pages_pt))
    return whole if share > _NEARLY_ALL else f"{share:.0%} of the words of {whole}"


def _not_found(pictures: Measured) -> list[str]:
    """The pictures that no page was found in."""
    found = {one.picture for one in pictures.pages}
    missing = [number + 1 for number in range(pictures.pictures) if number not in found]
    if not missing or not found:
        return []
    return [
        f"of {pictures.pictures} pictures, number {_ranges(missing)} cannot be laid on a page of this version: "
        "only words were read"
    ]


def _told(sighting: Sighting) -> bool:
    """Whether nothing but declared facts was read, and none of them from a text laid beside the master."""
    facts = {fact.mark for fact in declared_facts(sighting.template)}
    read = set(np.flatnonzero(sighting.reading.read).tolist())
    return bool(read) and read <= facts and not sighting.aligned.segments


def reads_like_original(sighting: Sighting) -> bool:
    """Whether the leak reads like the master itself, or a text normalised to its style (STATISTICS V14).

    Of 30 or more marks read at least 95 % show the master's own variant, and half of them come from
    declared variants or layout. A word that stands where the master has it counts as read: no copy has it there.
    It is no test and clears nobody.
    """
    carriers = sighting.template.mark_carriers
    at_rest = sighting.at_rest
    read = [mark for mark in np.flatnonzero(sighting.reading.read) if carriers[mark] != "layout.luminance"]
    if len(read) + at_rest < _ORIGINAL_READ:
        return False
    shown = sighting.reading.levels_nats[read].argmax(axis=1)
    agrees = sum(variant == 0 for variant, mark in zip(shown, read, strict=True) if not is_layout(carriers[mark]))
    strong = sum(carriers[mark].startswith("declared") or is_layout(carriers[mark]) for mark in read)
    least = len(read) + at_rest
    return bool(agrees + at_rest >= _ORIGINAL_AGREES * least and strong + at_rest >= _ORIGINAL_STRONG * least)


def _channel(sighting: Sighting, channel: str) -> str:
    if channel == "ocr":
        return "a picture of the text, read by OCR"
    sites = sighting.template.sites
    if any(item.state == "read" and is_layout(sites[item.site].carrier) for item in sighting.evidence):
        return "copied digitally: layout exact, as in the file itself or in a print-out to PDF"
    typography = [item.state for item in sighting.evidence if sites[item.site].carrier.startswith("typography.")]
    if "read" in typography:
        return "copied digitally: typography intact"
    if typography and any(item.state == "read" for item in sighting.evidence):
        return "retyped, read by OCR, or pasted as plain text: wording only"
    return "cannot be told"


def _part(sighting: Sighting) -> str:
    master = sighting.aligned.master
    covered = np.zeros(len(master.raw) + 1, dtype=bool)
    for segment in sighting.aligned.segments:
        start, end = master.span(segment.start, segment.end)
        covered[start:end] = True
    blocks, kind = sighting.template.blocks, "page" if sighting.template.media == PDF else "paragraph"
    seen = [number for number, (start, end) in enumerate(blocks, start=1) if 2 * covered[start:end].sum() > end - start]
    return _some(kind, seen, len(blocks)) if seen else f"less than a {kind}"


def _some(kind: str, numbers: Sequence[int], whole: int) -> str:
    """`pages 1-3, 5 of 14`, `page 2 of 14`."""
    return f"{kind}{'s' if len(numbers) > 1 else ''} {_ranges(numbers)} of {whole}"


def _ranges(numbers: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
