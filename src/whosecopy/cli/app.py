"""The commands, each in a module of its own; imports of heavy layers happen inside the commands."""

from typing import Annotated

import typer

from whosecopy import __version__
from whosecopy.cli import (
    assessing,
    benching,
    calibrating,
    cases,
    custody,
    demonstrate,
    documents,
    logs,
    opening,
    people,
    planning,
    retaining,
    sealing,
    tracing,
    variants,
    verifying,
)

app = typer.Typer(
    name="whosecopy",
    help="Whose copy leaked? Give every reader a copy of their own, and say whose it was when it surfaces.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"whosecopy {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


app.command("demo", short_help="See the whole story: seal, leak, trace.")(demonstrate.demo)
app.command("init", short_help="Make a vault.")(documents.init)
app.command("forecast", short_help="Say what could be traced, before sending.")(sealing.forecast)
app.command("plan", short_help="Say how many marks a document needs.")(planning.plan)
app.command("seal", short_help="Make one copy for each recipient.")(sealing.seal)
app.command("suggest", short_help="Propose variants for a person to accept.")(variants.suggest)
app.command("lint", short_help="Check declared variants.")(variants.lint)
app.command("documents", short_help="List sealed documents, or show one.")(documents.documents)
app.command("copy", short_help="Make a lost copy again.")(documents.copy)
app.command("trace", short_help="Say whose copy leaked, or not enough evidence.")(tracing.trace)
app.command("approve", short_help="Agree to open an identity, or end a case.")(opening.approve)
app.command("reveal", short_help="Name the recipients behind a case.")(opening.reveal)
app.command("dispute", short_help="Record what a recipient replies.")(opening.dispute)
app.command("bundle", short_help="Write a case as a file that anybody can verify.")(verifying.bundle)
app.command("verify", short_help="Check such a file offline, without the vault.")(verifying.verify)
app.command("backup", short_help="Write the vault into one file.")(documents.backup)
app.command("restore", short_help="Make a vault from a backup, and check it.")(documents.restore)
app.command("retention", short_help="Delete what policy says, and prove it.")(retaining.retention)
app.command("calibrate", short_help="Measure the error rates of your own documents.")(calibrating.calibrate)
app.command("bench", short_help="Measure lengths, rates and false names.")(benching.bench)
app.add_typer(cases.case, name="case", short_help="Several leaks read together.")
app.add_typer(logs.log, name="log", short_help="The record of what was done: show, check, have witnessed.")
app.add_typer(custody.custodian, name="custodian", short_help="Hold one half of the keys of codewords.")
app.add_typer(people.people, name="people", short_help="Who may approve, and how many it takes.")
app.add_typer(assessing.assess, name="assess", short_help="Was there a leak at all, who could have known?")
