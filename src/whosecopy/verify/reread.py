"""The second stage: read the exhibit again, from its bytes, and see the same."""

from whosecopy.carriers.registry import carriers, layout_carriers
from whosecopy.errors import InputError, IntegrityError
from whosecopy.trace.exhibit import open_exhibit
from whosecopy.trace.read import Sighting, read_leak
from whosecopy.verify.bundle import Bundle
from whosecopy.verify.values import Stretch


def check_reading(bundle: Bundle) -> None:
    """Raise `IntegrityError` unless the exhibit's bytes give the text, the readings and the places in the bundle.

    Raises `InputError` where the carriers installed here are of other versions than those that read the case.
    """
    _refuse_other_versions(bundle)
    case = bundle.case
    try:
        exhibit = open_exhibit(bundle.exhibit, bundle.evidence.encoding).exhibit
    except InputError as error:
        raise IntegrityError(f"the exhibit cannot be read again: {error}") from error
    if case.exhibit.measured:
        raise InputError(
            "the exhibit is made of pictures, whose words were measured against pages of the master; that is not in "
            "the bundle, so it cannot be read again from it"
        )
    if exhibit != case.exhibit:
        told = bundle.evidence.software.get("ocr")
        hint = f"; it was read with {told}, another version may read other text" if told else ""
        raise IntegrityError(f"the text read from the exhibit's bytes is not the one in the case{hint}")
    for number, (panel, template) in enumerate(zip(bundle.evidence.panels, bundle.templates, strict=True)):
        sighting = read_leak(template, exhibit.text, exhibit.pages)
        kept = sighting.without(frozenset(panel.left_out))
        if tuple(tuple(row) for row in kept.reading.levels_nats.tolist()) != panel.levels:
            raise IntegrityError(f"reading the exhibit again gives another reading of {panel.document}")
        if stretches(sighting) != panel.alignment:
            raise IntegrityError(f"reading the exhibit again aligns it otherwise with {panel.document}")
        if number == bundle.best and sighting.evidence != case.evidence:
            raise IntegrityError("reading the exhibit again shows the marks in other places")


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
