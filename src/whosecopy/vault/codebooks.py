"""The codewords of a sealed version, as they were when it was sealed, and the version as a candidate."""

from collections.abc import Collection
from dataclasses import replace

from whosecopy.codes.codebook import Codebook, make_codebook
from whosecopy.errors import IntegrityError
from whosecopy.model import Template
from whosecopy.seal.recipients import memberships
from whosecopy.trace.judge import Candidate
from whosecopy.trace.read import Sighting
from whosecopy.vault.custodian_messages import TRACE
from whosecopy.vault.custodians import SplitCode
from whosecopy.vault.secretbytes import ALL, open_secrets
from whosecopy.vault.store import Tx


def sealed_codebook(
    tx: Tx, document: str, version: int, template: Template, purposes: Collection[str] = ALL, why: str = TRACE
) -> Codebook:
    """The codebook of one sealed version, whose stored template is `template`; only keys for `purposes` are opened.

    `why` is what custodians are told where they are asked for rows.

    Raises `IntegrityError` where the template has another digest than when it was sealed: other codewords
    would be drawn from it.
    """
    shares = any(mark.shared for mark in template.marks)
    members = memberships([issue.recipient for issue in tx.recipients(document, version)]) if shares else []
    secrets = open_secrets(tx, document, version, purposes)
    if isinstance(secrets.code, SplitCode):
        secrets = replace(secrets, code=replace(secrets.code, why=why))
    codebook = make_codebook(template, secrets, members)
    if codebook.digest.hex() != tx.version(document, version).template_sha256:
        raise IntegrityError(
            f"{document} version {version}: its template no longer has the digest it was sealed with; "
            "use the version of whosecopy that sealed it"
        )
    return codebook


def candidate(tx: Tx, document: str, version: int, sighting: Sighting, issued: int) -> Candidate:
    """One sealed version with what a leak shows of it, ready to be judged over its `issued` copies."""
    codebook = sealed_codebook(tx, document, version, sighting.template)
    return Candidate(document, version, sighting, codebook, issued, tx.version(document, version).alpha)
