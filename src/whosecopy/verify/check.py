"""The two stages of verifying a bundle, and what may be said afterwards."""

import hashlib
from dataclasses import dataclass

from whosecopy.errors import IntegrityError
from whosecopy.tlog import note
from whosecopy.tlog.stamp import read_roots
from whosecopy.trace.exhibit import digest_of
from whosecopy.verify import on_trust
from whosecopy.verify.arithmetic import check_numbers
from whosecopy.verify.bundle import Bundle, open_bundle
from whosecopy.verify.commitments import check_commitments
from whosecopy.verify.opening import check_opening
from whosecopy.verify.records import check_records, check_trusted, witnesses

ARITHMETIC = "arithmetic_ok, reading_not_checked"
VERIFIED = "verified"
PARTLY = "records_ok, not_every_p_value_checked"
SEALED = "records_ok, copies_not_opened"
_NO_KEY = "internally consistent; origin not established"


@dataclass(frozen=True, slots=True)
class Trusted:
    """What was obtained elsewhere.

    Key strings of the log and of witnesses, a checkpoint (signed note), and the certificates (PEM) of the
    authorities that vouch for time stamping services.
    """

    keys: tuple[str, ...] = ()
    checkpoint: bytes | None = None
    roots: bytes | None = None


NOBODY = Trusted()


@dataclass(frozen=True, slots=True)
class Finding:
    """What verifying a bundle established.

    `result` is `verified`, `arithmetic_ok, reading_not_checked`, `records_ok, not_every_p_value_checked` or
    `records_ok, copies_not_opened`; the last two whatever was read again. `origin` says whether anything obtained
    elsewhere vouches for the key. `key` is the log's key string, `fingerprint` the SHA-256 of its public key,
    `log_size` how many records its checkpoint covers.
    """

    result: str
    origin: str
    case: str
    outcome: str
    key: str
    fingerprint: str
    log_size: int
    checked: tuple[str, ...]
    not_checked: tuple[str, ...]
    witnessed: tuple[str, ...] = ()
    schema: str = "whosecopy.verification/1"


def verify(data: bytes, trusted: Trusted = NOBODY, reread: bool = False) -> tuple[Bundle, Finding]:
    """The bundle in `data` and what it establishes; nothing but the bundle and `trusted` is looked at.

    Raises `IntegrityError` with the reason where anything in it is wrong, `InputError` where a key string is
    none, or where this installation cannot read the exhibit again.
    """
    try:
        return _verify(data, trusted, reread)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise IntegrityError(f"the bundle contradicts itself ({error}); it was altered") from error


def _verify(data: bytes, trusted: Trusted, reread: bool) -> tuple[Bundle, Finding]:
    bundle = open_bundle(data)
    known = [note.decode_key(one) for one in trusted.keys]
    logs = [one for one in known if one.kind == note.ED25519]
    if logs and bundle.key not in logs:
        raise IntegrityError(
            f"the bundle is signed by {note.encode_key(bundle.key)}, not by the key given; it is not of that vault"
        )
    point = check_records(bundle)
    if trusted.checkpoint is not None:
        check_trusted(bundle, point, trusted.checkpoint)
    roots = read_roots(trusted.roots) if trusted.roots is not None else []
    seen = witnesses(bundle, point, [one for one in known if one.kind == note.COSIGNATURE], roots)
    files = bundle.exhibit
    told = (bundle.case.exhibit.sha256, bundle.case.exhibit.size)
    if (digest_of(files), sum(len(data) for data, _ in files)) != told:
        raise IntegrityError("the exhibit's bytes are not those that were traced")
    if [hashlib.sha256(data).hexdigest() for data, _ in files] != [one.sha256 for one in bundle.evidence.files]:
        raise IntegrityError("the digests of the exhibit's files are not theirs")
    unchecked = check_numbers(bundle, check_commitments(bundle))
    gaps = (*unchecked.gaps, *on_trust.left_out(bundle))
    details = (*unchecked.details, *on_trust.taken_over(bundle), *on_trust.earlier_traces(bundle))
    check_opening(bundle)
    checked = [
        f"{len(bundle.members)} members, signed",
        f"{sum(len(chain) for chain in bundle.log.documents.values()) + len(bundle.log.others)} records of the log",
        "commitments of keys, templates, levels, copies and recipients",
        "p-values, e-values, decoys and counts",
    ]
    if reread:
        from whosecopy.verify.reread import check_reading

        check_reading(bundle)
        checked.append("the reading, from the exhibit's bytes")
    sealed = bool(bundle.case.verdict.named) and not bundle.evidence.copies
    return bundle, Finding(
        result=SEALED if sealed else PARTLY if gaps else VERIFIED if reread else ARITHMETIC,
        origin=_origin(trusted, bool(logs), bool(seen)),
        case=bundle.case.verdict.case,
        outcome=bundle.case.verdict.outcome.value,
        key=note.encode_key(bundle.key),
        fingerprint=hashlib.sha256(bundle.key.public).hexdigest(),
        log_size=point.size,
        checked=tuple(checked),
        not_checked=(*gaps, *details, *on_trust.always(bundle, reread)),
        witnessed=tuple(f"{one.who} saw {one.size} records at {one.time}" for one in seen),
    )


def _origin(trusted: Trusted, by_key: bool, witnessed: bool) -> str:
    given = {"key": by_key, "checkpoint": trusted.checkpoint is not None, "witness": witnessed}
    by = [name for name, is_given in given.items() if is_given]
    return f"established by the {' and the '.join(by)} given" if by else _NO_KEY
