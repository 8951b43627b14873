"""Commands that have commands of their own: alone they explain themselves."""

import typer


def group(explanation: str) -> typer.Typer:
    """A command that only groups others; called alone it prints its help."""
    made = typer.Typer(help=explanation, add_completion=False, rich_markup_mode=None, invoke_without_command=True)
    made.callback()(_explain)
    return made


def _explain(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
