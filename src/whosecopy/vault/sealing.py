"""Seal: record first, then write files that are a deterministic function of the record."""

import hashlib
import secrets as randomness
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from whosecopy import __version__
from whosecopy.carriers.registry import apart, carriers, is_layout, layout_carriers, survey
from whosecopy.codes.codebook import Codebook, all_differ, chance_all_differ, make_codebook
from whosecopy.codes.keys import draw_secrets
from whosecopy.errors import CapacityError, InputError
from whosecopy.model import Recipient, Template, codec
from whosecopy.seal.copies import name_of_copies, on_pages
from whosecopy.seal.declare import Prepared, prepare
from whosecopy.seal.forecast import Forecast, choose_profile, forecast
from whosecopy.seal.notice import NOTICE
from whosecopy.seal.plan import Progress, check_capacity, check_pages, make_template, with_shared
from whosecopy.seal.rates import measured_rates
from whosecopy.seal.recipients import check_organisations, memberships
from whosecopy.seal.record import encode_record, make_record
from whosecopy.vault.ancestry import Ancestry, settle_ancestry
from whosecopy.vault.codebooks import sealed_codebook
from whosecopy.vault.commitments import digest_of, next_place
from whosecopy.vault.custodian_messages import SEAL
from whosecopy.vault.custodians import draw_code
from whosecopy.vault.delivery import SealedCopy, deliver, refuse_occupied
from whosecopy.vault.events import record
from whosecopy.vault.issued_rows import keep_leaves
from whosecopy.vault.lookup import lookup_of
from whosecopy.vault.secretbytes import pack_secrets
from whosecopy.vault.store import Tx, Vault
from whosecopy.vault.store_batches import Batch

DEFAULT_ALPHA = 1e-6
_REDRAWS = 100
_REFUSE = Ancestry()


@dataclass(frozen=True, slots=True)
class SealOptions:
    """How a document is to be sealed.

    `carriers` are name prefixes (`wording`, `typography.quotes`); empty means all that are on by default.
    `coalition` plans for that many copies merged, `supersedes` makes a new version of an earlier document,
    `organisations` is the share of marks that carry the symbol of an organisation in place of a copy's own,
    `notice` puts a notice to recipients beside the copies, `custodians` are the sockets of the two who hold the
    keys of the codewords in place of the vault. `form` says what copies are issued as (`pdf`, `docx`) where their
    layout is to be marked as well, `jobs` how many processes may make them (0: as many as there are cores).
    """

    alpha: float = DEFAULT_ALPHA
    carriers: tuple[str, ...] = ()
    coalition: int | None = None
    variants: bool = False
    delimiter: tuple[str, str] = ("{{", "}}")
    encoding: str | None = None
    accept_weak: bool = False
    every_page: bool = False
    supersedes: str | None = None
    title: str | None = None
    ancestry: Ancestry = _REFUSE
    organisations: float = 0.0
    notice: bool = True
    custodians: tuple[Path, ...] = ()
    form: str = ""
    jobs: int = 0


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seal produced: the document, its template, the copies written, and what could be traced."""

    document: str
    title: str
    version: int
    template: Template
    copies: tuple[SealedCopy, ...]
    forecast: Forecast | None = None
    literal_braces: int = 0


def survey_master(prepared: Prepared, options: SealOptions) -> Template:
    """The template of a prepared master: what could be marked, before any key is drawn."""
    chosen = [
        carrier
        for carrier in carriers()
        if prepared.master.media in carrier.media
        and (not options.carriers or carrier.name.startswith(options.carriers))
    ]
    drawn = [
        carrier
        for carrier in layout_carriers()
        if prepared.master.media in carrier.media
        and (not options.carriers or carrier.name.startswith(options.carriers))
    ]
    installed = {carrier.name: carrier.version for carrier in (*carriers(), *layout_carriers())}
    known = ["declared", *installed]
    unknown = [name for name in options.carriers if not any(one.startswith(name) for one in known)]
    if unknown:
        raise InputError(f"--carriers {unknown[0]}: no such carrier; there are {', '.join(sorted(set(known)))}")
    sites = survey(prepared.master, chosen, prepared.declared)
    sites += apart([site for carrier in drawn for site in carrier.sites(prepared.master)], sites)
    used = {site.carrier for site in sites}
    return make_template(prepared.master, sites, {name: installed[name] for name in installed if name in used})


def preview(
    data: bytes, name: str, recipients: Sequence[Recipient], options: SealOptions, progress: Progress
) -> tuple[Template, Forecast, int]:
    """What sealing the file `data` would give: template, forecast, and the number of literal `{{...}}`."""
    prepared = prepare(data, name, options.encoding, options.variants, options.delimiter)
    prepared = replace(prepared, master=on_pages(prepared.master, options.form, name))
    return *_plan(survey_master(prepared, options), recipients, options, progress), prepared.literal_braces


def seal(
    vault: Vault,
    file: tuple[bytes, str],
    recipients: Sequence[Recipient],
    out: Path,
    options: SealOptions,
    now: str,
    progress: Progress,
) -> Sealed:
    """Seal a file (its bytes and name) for `recipients` and write one copy each into the folder `out`.

    The record with all commitments is durable before the first byte of a copy exists. Raises
    `InputError` for what cannot be sealed, `CapacityError` for too few marks.
    """
    data, name = file
    prepared = prepare(data, name, options.encoding, options.variants, options.delimiter)
    with vault.snapshot() as tx:
        if options.supersedes:
            tx.document(options.supersedes)
        _refuse_known(tx, hashlib.sha256(prepared.master.source).hexdigest(), name)
    master, declared, inherited = settle_ancestry(vault, prepared.master, prepared.declared, name, options.ancestry)
    prepared = replace(prepared, master=on_pages(master, options.form, name), declared=declared)
    template = replace(survey_master(prepared, options), inherited=inherited)
    refuse_occupied(out, recipients, name_of_copies(name, template))
    template, table = _plan(template, recipients, options, progress)
    codebook = draw_codebook(template, len(recipients), memberships(recipients), options.custodians)
    lookup = lookup_of(vault, template)
    with vault.transaction() as tx:
        _refuse_known(tx, template.master_sha256, name)
        document = options.supersedes or tx.add_document(options.title or Path(name).stem, template.media, now)
        version = tx.add_version(
            document,
            codec.encode(template),
            codebook.digest.hex(),
            prepared.master.source,
            pack_secrets(tx.keys.secrets, codebook.digest.hex(), codebook.secrets),
            options.alpha,
            lookup,
            encoding=options.encoding or "",
            name=Path(name).name,
        )
        batch = _issue(tx, codebook, (document, version), recipients, options.alpha, out, now, options.notice)
        title = tx.document(document).title
    copies = deliver(vault, batch, now, progress, options.jobs)
    return Sealed(document, title, version, template, copies, table, prepared.literal_braces)


def add_recipients(
    vault: Vault,
    document: str,
    recipients: Sequence[Recipient],
    out: Path,
    now: str,
    progress: Progress,
    notice: bool = True,
    jobs: int = 0,
) -> Sealed:
    """Issue copies of the newest version of `document` to more recipients, under the same keys.

    Earlier copies stay what they are. Raises `InputError` for a recipient who has a copy already.
    """
    with vault.transaction() as tx:
        title = tx.document(document).title
        newest = tx.versions(document)[-1]
        template = codec.decode(tx.load_template(document, newest.version), Template)
        refuse_occupied(out, recipients, name_of_copies(newest.name, template))
        before = [issue.recipient for issue in tx.recipients(document, newest.version)]
        known = {one.id for one in before}
        again = [recipient.id for recipient in recipients if recipient.id in known]
        if again:
            raise InputError(
                f"{again[0]}: has a copy of {document} already; "
                f"make it again with: whosecopy copy {document} {again[0]} --out FILE"
            )
        codebook = sealed_codebook(tx, document, newest.version, template, why=SEAL)
        if codebook.shared.any():
            check_organisations([*before, *recipients])
            codebook = replace(codebook, members=np.array(memberships([*before, *recipients])))
        if not _tell_apart(codebook, tx.next_index(document, newest.version) + len(recipients)):
            raise InputError(f"{document}: has too few marks for more recipients; seal a new version with --supersedes")
        batch = _issue(tx, codebook, (document, newest.version), recipients, newest.alpha, out, now, notice)
    copies = deliver(vault, batch, now, progress, jobs)
    return Sealed(document, title, newest.version, template, copies)


def draw_codebook(
    template: Template, count: int, members: Sequence[int] = (), custodians: Sequence[Path] = ()
) -> Codebook:
    """Fresh secrets for `template`, redrawn until `count` codewords differ pairwise and from the master.

    `members` are the organisations of the copies, by number; they matter where marks are shared. Where there are
    `custodians`, they draw the keys of the codewords.
    """
    for _ in range(_REDRAWS):
        secrets = draw_secrets(randomness.token_bytes)
        if custodians:
            secrets = replace(secrets, code=draw_code(custodians, template))
        codebook = make_codebook(template, secrets, members)
        if _tell_apart(codebook, count):
            return codebook
    raise CapacityError(template.length + 1, template.length, "the copies could not all be made different")


def _plan(
    template: Template, recipients: Sequence[Recipient], options: SealOptions, progress: Progress
) -> tuple[Template, Forecast]:
    """The template under the profile that serves it best, and what could be traced of it.

    Raises `CapacityError` for too few marks.
    """
    wording = not all(map(is_layout, template.mark_carriers))
    rates, count, groups = measured_rates(bool(template.layout.words), wording), len(recipients), 0
    if options.organisations:
        groups = check_organisations(recipients)
        template = with_shared(template, options.organisations)
    check_capacity(template, count, options.alpha, options.accept_weak, groups)
    if options.every_page:
        check_pages(template, count, options.alpha)
    planned = choose_profile(template, count, options.alpha, rates, options.coalition)
    return planned, forecast(planned, count, options.alpha, rates, progress, organisations=groups)


def _tell_apart(codebook: Codebook, count: int) -> bool:
    """Whether `count` copies all differ, and not by such luck that no level would be left to test them at."""
    return chance_all_differ(codebook, count) > 0 and all_differ(codebook, count)


def _refuse_known(tx: Tx, master_sha256: str, name: str) -> None:
    known = tx.known_master(master_sha256)
    if known:
        if any(batch.document == known for batch in tx.pending_batches()):
            raise InputError(f"{name}: its seal as {known} was interrupted; finish it with: whosecopy seal --resume")
        raise InputError(
            f"{name}: these very bytes are sealed already as {known}; "
            f"add recipients with: whosecopy seal --document {known} --to MORE.csv --out DIR"
        )


def _issue(
    tx: Tx,
    codebook: Codebook,
    key: tuple[str, int],
    recipients: Sequence[Recipient],
    alpha: float,
    out: Path,
    now: str,
    notice: bool,
) -> Batch:
    """Record a batch with all its commitments and the notice that goes with it, in the running transaction."""
    place = next_place(tx, *key)
    sealed = make_record(codebook, place, recipients, alpha, f"whosecopy {__version__}")
    batch = tx.add_batch(*key, recipients, encode_record(sealed), "pending", str(out.resolve()))
    if codebook.secrets.split:
        keep_leaves(tx, batch, codebook, sealed.copies_root)
    facts: dict[str, str | int] = {"version": key[1], "batch": batch.batch, "first": batch.first, "count": batch.count}
    if notice:
        facts |= {"notice": NOTICE, "notice_sha256": hashlib.sha256(NOTICE.encode()).hexdigest()}
    record(tx, "seal", facts | {"record": digest_of(sealed), "root": sealed.copies_root}, now, key[0])
    return batch
