"""`assess knowledge`: what outsiders turned out to know, as evidence where copies differed, else as a lead."""

import csv
import io
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whosecopy.cli.options import JsonOption, KeyOption, VaultOption
from whosecopy.cli.reports import ReportOption, answer, check_report
from whosecopy.errors import InputError

if TYPE_CHECKING:
    from whosecopy.cli.knowing_run import Found


def knowledge(
    facts: Annotated[
        Path | None, typer.Option("--facts", help="CSV of facts: fact,document,compartment,from.", show_default=False)
    ] = None,
    known: Annotated[
        Path | None, typer.Option("--known", help="CSV of what outsiders knew: fact,known(yes|no),when[,variant].")
    ] = None,
    access: Annotated[
        Path | None, typer.Option("--access", help="CSV recipient,item,when [default: the vault's hand-outs].")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--form", metavar="ID", help="Print a form for what was known of a sealed document.")
    ] = None,
    exhibits: Annotated[
        Path | None,
        typer.Option(
            "--exhibits", metavar="DIR", help="Write the transcriptions here, to be bundled with their cases."
        ),
    ] = None,
    report: ReportOption = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Compare what outsiders knew with who had been told. Randomised facts are evidence, shared ones a lead."""
    check_report(report)
    if form is not None:
        typer.echo(_form(form, vault, key), nl=False)
        return
    if facts is None or known is None:
        raise InputError("assess knowledge needs --facts FILE and --known FILE")
    from whosecopy.cli.knowing_run import Files, assess
    from whosecopy.cli.knowing_words import show

    found = assess(Files.read(facts, known, access), vault, key)
    if exhibits is not None:
        _write(found, exhibits)

    def page() -> str:
        from whosecopy.cli.files import now
        from whosecopy.cli.knowing_page import paper
        from whosecopy.cli.paper import render_paper

        return render_paper(paper(found, now()))

    answer(report, page, json, lambda: as_json(found), lambda: show(found))


def _write(found: "Found", folder: Path) -> None:
    """Each transcription as a file, the same bytes that were traced."""
    from whosecopy.cli.files import write_whole

    folder.mkdir(parents=True, exist_ok=True)
    for document, exhibit in found.exhibits.items():
        write_whole(folder / f"{document}.txt", exhibit)


def as_json(found: "Found") -> dict[str, Any]:
    """The value that `--json` prints."""
    return {
        "schema": "whosecopy.knowledge/1",
        "outcome": found.outcome,
        "inputs": dict(found.inputs),
        "recorded": found.recorded,
        "evidence": list(found.evidence),
        "lead": asdict(found.lead) if found.lead else None,
        "notes": found.notes,
    }


def _form(document: str, vault: Path | None, key: Path | None) -> str:
    """A list to fill in: one row for each variant of each randomised fact."""
    from whosecopy.cli.vaults import opened
    from whosecopy.vault.knowing import told_facts

    with opened(vault, key) as here, here.snapshot() as tx:
        told = told_facts(tx, document)
    if not told:
        raise InputError(f"{document}: declares no randomised facts; write them as {{{{fact:a|b}}}} before sealing")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("fact", "known", "when", "variant"))
    for name, versions in told.items():
        for variant in dict.fromkeys(said[0] for fact in versions for said in fact.variants):
            writer.writerow((f"{document}#{name}", "", "", variant))
    return text.getvalue()
