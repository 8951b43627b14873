"""`bundle` and `verify`: a case as a file, and what such a file proves without the vault it came from."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whosecopy.cli.options import JsonOption, KeyOption, VaultOption
from whosecopy.cli.terminal import out, print_json, progress, warn
from whosecopy.errors import InputError

if TYPE_CHECKING:
    from whosecopy.model import Case
    from whosecopy.trace.exhibit import File
    from whosecopy.trace.report import Proofs
    from whosecopy.vault.store import Vault
    from whosecopy.verify import Finding

_STYLE = {"verified": "bold green", "arithmetic_ok, reading_not_checked": "bold yellow"}
_REPORTS = (".html", ".htm", ".pdf")


def bundle(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case: every trace prints its id.")],
    leaks: Annotated[list[Path], typer.Argument(metavar="LEAK...", help="The files that were traced.")],
    to: Annotated[Path, typer.Option("--out", metavar="OUT.zip", help="Where to write it.")],
    since: Annotated[
        Path | None, typer.Option("--since", metavar="FILE", help="Prove that the log goes on from this checkpoint.")
    ] = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Write a case as a bundle that anybody can verify offline."""
    from whosecopy.cli.files import now, read_file
    from whosecopy.cli.vaults import opened
    from whosecopy.vault.bundling import bundle as make

    files = [(read_file(leak), leak.name) for leak in leaks]
    checkpoint = read_file(since) if since else None
    with opened(vault, key) as here:
        data = make(here, case, files, now(), checkpoint)
    write_bundle(to, data)
    if json:
        print_json({"bundle": str(to.absolute())})
    else:
        out().print(f"Bundle: {to}")


def write_bundle(to: Path, data: bytes) -> None:
    """Write a bundle; a note tells where the identities in it are still sealed."""
    from whosecopy.cli.files import write_whole
    from whosecopy.verify.bundle import open_bundle

    found = open_bundle(data)
    write_whole(to, data)
    if found.case.verdict.named and not found.evidence.copies:
        warn("the identities are sealed, so no copy is opened in the bundle; make it again after whosecopy reveal")


def verify(
    bundle_file: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle.")],
    key: Annotated[
        list[str] | None, typer.Option("--key", metavar="VKEY", help="Key of the log, or of a witness, from elsewhere.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", metavar="FILE", help="Checkpoint of the log, from elsewhere.")
    ] = None,
    roots: Annotated[
        Path | None, typer.Option("--roots", metavar="FILE", help="Certificates (PEM) that vouch for time stamps.")
    ] = None,
    reread: Annotated[bool, typer.Option("--reread", help="Also read the exhibit again from its bytes.")] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="OUT", help="Write a report: OUT.html or OUT.pdf.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Check a bundle offline; needs no vault, and nothing of the one it came from."""
    from whosecopy.cli.files import read_file
    from whosecopy.verify import Trusted
    from whosecopy.verify import verify as check

    refuse_other_reports(report)
    trusted = Trusted(
        tuple(key or ()), read_file(checkpoint) if checkpoint else None, read_file(roots) if roots else None
    )
    data = read_file(bundle_file)
    with progress("Checking"):
        found, finding = check(data, trusted, reread)
    if report is not None:
        from whosecopy.verify.told import proofs, told

        write_report(report, told(found), proofs(found, finding))
    if json:
        print_json(finding)
    else:
        _show(finding)
        if report is not None:
            out().print(f"Report: {report}")


def write_evidence(
    vault: "Vault", case: "Case", files: Sequence["File"], bundle_file: Path | None, report: Path | None
) -> None:
    """Write what was asked for of a case that was just traced: its bundle, and a report that is made from it.

    Where there can be no bundle, the report is made from the case alone.
    """
    from whosecopy.cli.files import now
    from whosecopy.vault.unverifiable import NOTE
    from whosecopy.verify import verify as check
    from whosecopy.verify.told import proofs, told

    if bundle_file is None and report is None:
        return
    alone = case.verdict.document is None or case.of_case or NOTE in case.verdict.how.notes
    if alone and (bundle_file is None or case.verdict.document is None):
        if bundle_file is not None:
            warn("no document was found, so that there is nothing to verify and no bundle")
        if report is not None:
            write_report(report, case)
        return
    from whosecopy.vault.bundling import bundle as make

    data = make(vault, case.verdict.case, files, now())
    if bundle_file is not None:
        write_bundle(bundle_file, data)
    if report is not None:
        found, finding = check(data)
        write_report(report, told(found), proofs(found, finding))


def write_report(to: Path, case: "Case", proofs: "Proofs | None" = None) -> None:
    """Write the report of a case, as HTML or PDF by the name of the file."""
    from whosecopy.cli.files import write_whole
    from whosecopy.trace.report import render_pdf, render_report

    page = render_report(case, proofs)
    write_whole(to, render_pdf(page) if to.suffix.lower() == ".pdf" else page.encode())


def refuse_other_reports(to: Path | None) -> None:
    """Raise `InputError` where a report is asked for in a format that there is none of."""
    if to is not None and to.suffix.lower() not in _REPORTS:
        raise InputError(f"{to}: reports are HTML or PDF; give a name that ends in .html or .pdf")


def _show(finding: "Finding") -> None:
    from rich.text import Text

    rows = [
        ("Case", f"{finding.case}: {finding.outcome}"),
        *(("Checked", one) for one in finding.checked),
        *(("Not checked", one) for one in finding.not_checked),
        *(("Witnessed", one) for one in finding.witnessed),
        ("Origin", finding.origin),
        ("Log key", finding.key),
        ("Fingerprint", f"SHA-256 {finding.fingerprint}"),
    ]
    out().print(Text(finding.result, style=_STYLE.get(finding.result, "bold yellow")))
    last = ""
    for label, words in rows:
        out().print(Text(f"{label if label != last else '':<13}", style="dim").append(words, style="default not dim"))
        last = label
