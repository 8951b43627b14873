"""Whose copy is in a master? An author who pastes a colleague's edits back would make every later leak name them.

STATISTICS V13: a master that carries the marks of an earlier copy is refused, unless these places are
rewritten as the earlier master has them, or the ancestry is recorded and they are erased when a leak of
the new version is read against the earlier one.
"""

from dataclasses import dataclass, replace

from whosecopy.carriers.registry import is_layout
from whosecopy.errors import InputError
from whosecopy.media.dispatch import DOCX, PDF, open_document, render
from whosecopy.media.leak import LeakText, open_leak
from whosecopy.model import Document, Edit, Inherited, Site
from whosecopy.trace.judge import alpha_of, judge
from whosecopy.trace.pictures import Shown
from whosecopy.trace.read import Sighting, read_leak
from whosecopy.vault.codebooks import candidate
from whosecopy.vault.lookup import Key, versions_in_play
from whosecopy.vault.measuring import measured_by
from whosecopy.vault.store import Vault


@dataclass(frozen=True, slots=True)
class Ancestry:
    """How marks of earlier copies in a master are dealt with: refused, rewritten, or recorded."""

    normalise: bool = False
    record: bool = False


def marked_by(vault: Vault, shown: Shown) -> dict[Key, Sighting]:
    """The sealed versions of which some copy's marks are in a text or its looks, with what these show of them."""
    with vault.snapshot() as tx:
        issued = tx.issued()
    found = {}
    versions, _ = versions_in_play(vault, shown.text, None, bool(shown.pictures))
    for key, template in versions.items():
        if not issued.get(key):
            continue
        sighting = read_leak(template, shown.text, shown.pages, [*measured_by(vault, {key: template}, shown).values()])
        with vault.snapshot() as tx:
            one = candidate(tx, *key, sighting, issued[key])
        if judge([one], alpha_of([one], None, 1)).named:
            found[key] = sighting
    return found


def settle_ancestry(
    vault: Vault, master: Document, declared: tuple[Site, ...], name: str, how: Ancestry
) -> tuple[Document, tuple[Site, ...], tuple[Inherited, ...]]:
    """The master without a copy's marks, its declared sites, and what is recorded as inherited.

    Raises `InputError` where marks are found and `how` says neither to rewrite nor to record them, or where they
    are in a picture.
    """
    leak = open_leak(master.source, name) if master.media in (PDF, DOCX) else None
    if leak:
        _refuse_pictures(vault, leak, name)
    shown = Shown(master.text, leak.pages, words=(leak.words,) if leak.words else ()) if leak else Shown(master.text)
    found = marked_by(vault, shown)
    if not found:
        return master, declared, ()
    documents = ", ".join(dict.fromkeys(document for document, _ in found))
    if how.record:
        return master, declared, tuple(Inherited(*key, _read_sites(sighting)) for key, sighting in found.items())
    if not how.normalise:
        raise InputError(
            f"{name}: holds marks of a copy of {documents}, so that later leaks would point to its reader; "
            "--normalise rewrites these places, --record-ancestry keeps them and leaves them out of tracing"
        )
    if master.media == PDF or any(_by_layout(sighting) for sighting in found.values()):
        raise InputError(f"{name}: words that were moved cannot be put back; seal the file that the copy was made from")
    edits = tuple(edit for sighting in found.values() for edit in _back_to_master(sighting))
    return _rewritten(master, declared, _disjoint(edits), name)


def _refuse_pictures(vault: Vault, leak: LeakText, name: str) -> None:
    """Raise `InputError` where a page of the master is a picture of a copy.

    That cannot be recorded: a leak of the picture alone does not lead to the new version.
    """
    read = "\n\n".join(" ".join(picture.words) for picture in leak.pictures)
    found = marked_by(vault, Shown(read, pictures=leak.pictures)) if leak.pictures else {}
    if found:
        documents = ", ".join(dict.fromkeys(document for document, _ in found))
        raise InputError(
            f"{name}: a page of it is a picture of a copy of {documents}, so that later leaks would point to its "
            "reader; put a picture of the original in its place, or leave the page out"
        )


def erase_inherited(sightings: dict[Key, Sighting]) -> dict[Key, Sighting]:
    """The sightings without the marks that another version in play took over from a copy."""
    kept = dict(sightings)
    for heir, sighting in sightings.items():
        for one in sighting.template.inherited:
            key = one.document, one.version
            if key in kept:
                left = kept[key].without(frozenset(one.sites))
                kept[key] = replace(left, heirs=(*left.heirs, heir[0]))
    return kept


def _read_sites(sighting: Sighting) -> tuple[int, ...]:
    return tuple(item.site for item in sighting.evidence if item.state == "read")


def _by_layout(sighting: Sighting) -> bool:
    """Whether marks of layout were read."""
    return any(is_layout(sighting.template.sites[site].carrier) for site in _read_sites(sighting))


def _back_to_master(sighting: Sighting) -> list[Edit]:
    """The edits that give the read sites the words of the earlier master."""
    return [
        Edit(item.leak_start, item.leak_end, sighting.template.sites[item.site].variants[0])
        for item in sighting.evidence
        if item.variant > 0 and item.leak_start >= 0
    ]


def _disjoint(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if not kept or kept[-1].end <= edit.start:
            kept.append(edit)
    return tuple(kept)


def _rewritten(
    master: Document, declared: tuple[Site, ...], edits: tuple[Edit, ...], name: str
) -> tuple[Document, tuple[Site, ...], tuple[Inherited, ...]]:
    clashes = [s for s in declared for e in edits if e.start < s.end and s.start < e.end]
    if clashes:
        raise InputError(
            f"{name}: a declared variant overlaps a mark of an earlier copy; strike it out, or edit the master"
        )
    changed = open_document(render(master.with_edits(edits)), name, master.encoding)
    moved = tuple(_moved(site, edits) for site in declared)
    return changed, moved, ()


def _moved(site: Site, edits: tuple[Edit, ...]) -> Site:
    shift = sum(len(edit.text) - (edit.end - edit.start) for edit in edits if edit.end <= site.start)
    return replace(site, start=site.start + shift, end=site.end + shift)
