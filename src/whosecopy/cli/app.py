"""The commands, each in a module of its own; imports of heavy layers happen inside the commands."""

from typing import Annotated

import typer

from whosecopy import __version__
from whosecopy.cli import benching, demonstrate, documents, sealing, tracing, variants

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


app.command("demo")(demonstrate.demo)
app.command("init")(documents.init)
app.command("forecast")(sealing.forecast)
app.command("seal")(sealing.seal)
app.command("suggest")(variants.suggest)
app.command("lint")(variants.lint)
app.command("documents")(documents.documents)
app.command("copy")(documents.copy)
app.command("trace")(tracing.trace)
app.command("backup")(documents.backup)
app.command("restore")(documents.restore)
app.command("bench")(benching.bench)
