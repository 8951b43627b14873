"""`assess`: what the evidence outside any copy says; each command in a module of its own."""

import typer

from whosecopy.cli import assess_outcome, exposing, knowing

assess = typer.Typer(
    help="Was there a leak at all, who could have known, what would telling less gain?",
    add_completion=False,
    rich_markup_mode=None,
    invoke_without_command=True,
)


@assess.callback()
def _root(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


assess.command("outcome", short_help="Is a shortfall beyond chance?")(assess_outcome.outcome)
assess.command("knowledge", short_help="Who had been told what outsiders knew?")(knowing.knowledge)
assess.command("exposure", short_help="What would telling fewer, later or less gain?")(exposing.exposure)
