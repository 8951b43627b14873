"""From the lists of `assess knowledge` to what comes out: record, test what copies tell apart, compare the rest."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from whosecopy.cli.terminal import progress
from whosecopy.errors import InputError

if TYPE_CHECKING:
    from whosecopy.assess.access import Access, Moments
    from whosecopy.assess.knowledge import Lead
    from whosecopy.assess.knowledge_files import Fact, Known
    from whosecopy.model import Verdict
    from whosecopy.trace.told import DeclaredFact
    from whosecopy.vault.store import Vault

Declared = Mapping[str, "tuple[DeclaredFact, ...]"]
"""Randomised facts as `DOCUMENT#NAME`, with their variants in every sealed version."""


_SILENT = ("not_enough_evidence", "no_document")


@dataclass(frozen=True)
class Found:
    """What comes out: a verdict for each document with randomised facts, and apart from them the lead.

    `inputs` are the SHA-256 (hex) of the lists; `recorded` says whether they went into a vault's record first.
    `exhibits` are the transcriptions that were traced, by document.
    """

    inputs: Mapping[str, str]
    recorded: bool
    evidence: "tuple[Verdict, ...]"
    lead: "Lead | None"
    notes: tuple[str, ...]
    exhibits: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """What the evidence says where it says something, else whether there is a lead."""
        spoken = [one.outcome.value for one in self.evidence if one.outcome.value not in _SILENT]
        return spoken[0] if spoken else self.lead.outcome if self.lead else "cannot_say"


@dataclass(frozen=True)
class Files:
    """The lists as they were given: bytes and names."""

    facts: tuple[bytes, str]
    known: tuple[bytes, str]
    access: tuple[bytes, str] | None

    @classmethod
    def read(cls, facts: Path, known: Path, access: Path | None) -> "Files":
        """The files at these paths."""
        from whosecopy.cli.files import read_file

        data = [(read_file(path), str(path)) for path in (facts, known)]
        return cls(data[0], data[1], None if access is None else (read_file(access), str(access)))

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 (hex) of each list that was given."""
        given = {"facts": self.facts, "known": self.known} | ({"access": self.access} if self.access else {})
        return {name: hashlib.sha256(data).hexdigest() for name, (data, _) in given.items()}


def assess(files: Files, vault: Path | None, key: Path | None) -> Found:
    """What the lists amount to; with a vault, recorded there before an access list or a codeword is opened.

    Raises `InputError` for lists that contradict themselves, each other or the vault.
    """
    from whosecopy.assess.access import Moments, parse_access
    from whosecopy.assess.knowledge_files import items_of, parse_facts
    from whosecopy.cli.vaults import opened
    from whosecopy.vault.paths import vault_path

    moments = Moments()
    facts = parse_facts(*files.facts, moments)
    if files.access is not None and vault is None and not vault_path(None).exists():
        known, _ = _split(files, facts, {}, moments)
        accesses = parse_access(*files.access, moments, items_of(facts))
        notes = ("no vault: randomised facts could not be tested",) if any(one.variant for one in known) else ()
        return Found(files.digests, False, (), _lead(facts, known, accesses), notes)
    with opened(vault, key) as here:
        return _with_vault(here, files, facts, moments)


def _with_vault(here: "Vault", files: Files, facts: "Sequence[Fact]", moments: "Moments") -> Found:
    from whosecopy.assess.access import Access, parse_access
    from whosecopy.assess.knowledge_files import items_of
    from whosecopy.cli.files import now
    from whosecopy.media.transcription import transcribe
    from whosecopy.vault.events import record
    from whosecopy.vault.knowing import hand_outs, seconds

    declared = _declared(here, files, facts)
    shared, told = _split(files, facts, declared, moments)
    if files.access is None:
        moments.require_zone("the vault's records are in universal time")
        accesses: tuple[Access, ...] = ()
    else:
        accesses = parse_access(*files.access, moments, items_of(facts))
    shown, notes = _shown(told, declared)
    with here.transaction() as tx:
        record(tx, "assessment", {"assessment": "knowledge", **files.digests}, now())
    exhibits = {document: transcribe(document, pairs) for document, pairs in shown.items()}
    evidence = tuple(_traced(here, document, exhibit) for document, exhibit in exhibits.items())
    with here.snapshot() as tx:
        found = hand_outs(tx, {one.document for one in facts} | {one.fact.partition("#")[0] for one in told})
    given = tuple(Access(one.recipient, one.document, seconds(one.at)) for one in found)
    if files.access is None and shared:
        accesses = given
        _known_documents(facts, accesses, files.facts[1])
    notes = (*notes, *_too_early(told, given))
    return Found(files.digests, True, evidence, _lead(facts, shared, accesses), notes, exhibits)


def _too_early(told: "Sequence[Known]", given: "Sequence[Access]") -> Iterator[str]:
    """Randomised facts that outsiders are said to have known before any copy of their document left."""
    for one in told:
        document = one.fact.partition("#")[0]
        first = min((access.at_s for access in given if access.item == document), default=float("inf"))
        if one.known and one.when_s < first:
            yield f"{one.fact} was known at {one.when}, before any copy of its document was handed out"


def _known_documents(facts: "Sequence[Fact]", accesses: "Sequence[Access]", name: str) -> None:
    """Raise `InputError` where the vault handed out none of the documents: its records then say nothing."""
    if not accesses:
        raise InputError(f"{name}: this vault has handed out none of these documents; give a list with --access FILE")
    absent = {one.document for one in facts} - {one.item for one in accesses}
    if absent:
        raise InputError(
            f"{name}: this vault handed out nothing called {min(absent)!r}; list it in --access, or mend the name"
        )


def _lead(facts: "Sequence[Fact]", known: "Sequence[Known]", accesses: "Sequence[Access]") -> "Lead | None":
    from whosecopy.assess.knowledge import lead

    return lead(facts, known, accesses) if known else None


def _declared(here: "Vault", files: Files, facts: "Sequence[Fact]") -> Declared:
    """The randomised facts of every sealed document that one of the lists names."""
    from whosecopy.vault.knowing import told_facts

    named = {one.document for one in facts}
    words = files.known[0].decode("utf-8", "replace")
    found = {}
    with here.snapshot() as tx:
        for document in (one.id for one in tx.documents()):
            if document in named or f"{document}#" in words:
                found.update({f"{document}#{name}": told for name, told in told_facts(tx, document).items()})
    return found


def _split(
    files: Files, facts: "Sequence[Fact]", declared: Declared, moments: "Moments"
) -> "tuple[list[Known], list[Known]]":
    """What outsiders knew of facts that were merely shared, and of randomised ones (renamed `DOCUMENT#NAME`)."""
    from whosecopy.assess.knowledge_files import parse_known

    names = {one.id: f"{one.document}#{one.id.removeprefix(f'{one.document}#')}" for one in facts}
    names |= {name: name for name in declared}
    known = parse_known(*files.known, names, moments)
    shared, told = [], []
    for one in known:
        full = names[one.fact]
        if full in declared:
            told.append(replace(one, fact=full))
        elif one.variant and declared:
            raise InputError(
                f"{files.known[1]}: fact {one.fact!r} is no randomised fact of its document, so it has no variants;"
                f" leave the column empty (randomised: {', '.join(sorted(declared)) or 'none'})"
            )
        else:
            shared.append(one)
    return shared, told


def _shown(told: "Sequence[Known]", declared: Declared) -> tuple[dict[str, list[tuple[str, str]]], tuple[str, ...]]:
    """The randomised facts that outsiders knew as a variant, by document, and a note on those that are erased."""
    shown: dict[str, list[tuple[str, str]]] = {}
    for one in told:
        document, _, name = one.fact.partition("#")
        if one.known and one.variant:
            _check_variant(one, declared[one.fact])
            shown.setdefault(document, []).append((name, one.variant))
    erased = sum(1 for one in told if not (one.known and one.variant))
    return shown, (f"{erased} randomised facts without a variant: erased",) if erased else ()


def _traced(here: "Vault", document: str, exhibit: bytes) -> "Verdict":
    """The verdict on one transcription."""
    from whosecopy.cli.files import now
    from whosecopy.vault.casework import TraceOptions
    from whosecopy.vault.tracing import trace

    with progress("Testing what was known") as advance:
        case = trace(here, [(exhibit, f"{document}.txt")], TraceOptions(document), now(), advance)
    return _about_copies(case.verdict)


def _about_copies(verdict: "Verdict") -> "Verdict":
    """The verdict without recipients: they are opened by `reveal`, never listed by an assessment."""
    return replace(
        verdict,
        named=tuple(replace(one, recipient=None, organisation=None) for one in verdict.named),
        organisations=(),
    )


def _check_variant(one: "Known", versions: "Sequence[DeclaredFact]") -> None:
    if all(fact.variant(one.variant) is None for fact in versions):
        offered = "; ".join(dict.fromkeys(said[0] for fact in versions for said in fact.variants))
        raise InputError(
            f"fact {one.fact!r}: {one.variant!r} is none of its variants ({offered}); where outsiders knew something"
            " else, leave the row out: it is an erasure"
        )
