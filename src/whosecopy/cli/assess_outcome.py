"""`assess outcome`: is a shortfall beyond chance?"""

from typing import Annotated

import typer

from whosecopy.cli.options import JsonOption
from whosecopy.cli.terminal import out, print_json


def outcome(
    found: Annotated[int, typer.Option("--found", help="How many results there were.", min=0)],
    expected: Annotated[
        float,
        typer.Option("--expected", help="What comparable undertakings led you to expect. A target is none.", min=0.0),
    ],
    json: JsonOption = False,
) -> None:
    """Say whether fewer results than expected are beyond chance."""
    if json:
        print_json({"outcome": "cannot_say", "found": found, "expected": expected})
    else:
        out().print("CANNOT SAY without the history of comparable undertakings.")
