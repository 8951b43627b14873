"""The second stage: read the exhibit again, from its bytes, and see the same."""

import hashlib
from dataclasses import replace

from whosecopy.carriers.registry import carriers, layout_carriers
from whosecopy.errors import InputError, IntegrityError
from whosecopy.media.typeset import Typesetters, engine
from whosecopy.model import codec
from whosecopy.model.measured import Measured
from whosecopy.trace.exhibit import Leak, open_exhibit
from whosecopy.trace.pictures import can_measure, measure
from whosecopy.trace.read import Sighting, read_leak
from whosecopy.verify.bundle import Bundle
from whosecopy.verify.values import Stretch, master_member


def check_reading(bundle: Bundle) -> None:
    """Raise `IntegrityError` unless the exhibit's bytes give the text, the readings and the places in the bundle.

    Raises `InputError` where the carriers installed here are of other versions than those that read the case.
    """
    _refuse_other_versions(bundle)
    case = bundle.case
    try:
        leak = open_exhibit(bundle.exhibit, bundle.evidence.encoding)
        measured = _measured(bundle, leak)
    except InputError as error:
        raise IntegrityError(f"the exhibit cannot be read again: {error}") from error
    exhibit = replace(leak.exhibit, measured=case.exhibit.measured)
    if exhibit != case.exhibit or measured != _told(bundle):
        told = bundle.evidence.software.get("ocr")
        hint = f"; it was read with {told}, another version may read other text" if told else ""
        raise IntegrityError(f"the text read from the exhibit's bytes is not the one in the case{hint}")
    for number, (panel, template) in enumerate(zip(bundle.evidence.panels, bundle.templates, strict=True)):
        sighting = read_leak(template, exhibit.text, exhibit.pages, exhibit.measured)
        kept = sighting.without(frozenset(panel.left_out))
        if tuple(tuple(row) for row in kept.reading.levels_nats.tolist()) != panel.levels:
            raise IntegrityError(f"reading the exhibit again gives another reading of {panel.document}")
        if stretches(sighting) != panel.alignment:
            raise IntegrityError(f"reading the exhibit again aligns it otherwise with {panel.document}")
        if number == bundle.best and sighting.evidence != case.evidence:
            raise IntegrityError("reading the exhibit again shows the marks in other places")


def _told(bundle: Bundle) -> dict[str, Measured]:
    """What was measured of each version in play, as the case has it, by the digest of its template.

    Raises `IntegrityError` where it has two of one version: only one of them would be read.
    """
    told = {one.template_sha256: one for one in bundle.case.exhibit.measured}
    if len(told) < len(bundle.case.exhibit.measured):
        raise IntegrityError("the case says twice what the exhibit's pages show of one version")
    mine = (codec.digest(template).hex() for template in bundle.templates)
    return {sha256: told[sha256] for sha256 in mine if sha256 in told}


def _measured(bundle: Bundle, leak: Leak) -> dict[str, Measured]:
    """What the exhibit's pages and pictures show of the versions in play, measured again against their masters.

    By the digest of the template, each version of which they can show anything.
    """
    found = {}
    with Typesetters() as typesetters:
        for panel, template in enumerate(bundle.templates):
            if not can_measure(template, leak.shown):
                continue
            if panel not in bundle.measured:
                raise IntegrityError(f"what the exhibit's pages show of {_name(bundle, panel)} is not in the case")
            master = bundle.members[master_member(panel)]
            if hashlib.sha256(master).hexdigest() != template.master_sha256:
                raise IntegrityError(f"{master_member(panel)}: is not the master that was sealed")
            file = master, bundle.evidence.panels[panel].encoding
            found[codec.digest(template).hex()] = measure(template, file, leak.shown, typesetters)
    return found


def _name(bundle: Bundle, panel: int) -> str:
    told = bundle.evidence.panels[panel]
    return f"{told.document} version {told.version}"


def stretches(sighting: Sighting) -> tuple[Stretch, ...]:
    """Where the exhibit stands beside the master."""
    return tuple(
        Stretch(one.start, one.end, one.leak_start, one.leak_end, one.errors) for one in sighting.aligned.segments
    )


def _refuse_other_versions(bundle: Bundle) -> None:
    installed = {one.name: one.version for one in (*carriers(), *layout_carriers())}
    for template in bundle.templates:
        for name, version in template.packs:
            if installed.get(name) != version:
                raise InputError(
                    f"reading it again takes carrier {name} version {version}, here is {installed.get(name, 'none')}; "
                    f"install {bundle.case.software}"
                )
        if template.layout.engine not in ("", engine(template.media)):
            raise InputError(
                f"reading it again takes pages set by {template.layout.engine}, here is "
                f"{engine(template.media) or 'none'}; install that one"
            )
