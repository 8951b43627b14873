"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

VaultOption = Annotated[
    Path | None,
    typer.Option(
        "--vault", help="Folder of the vault [default: $WHOSECOPY_VAULT, else ./.whosecopy].", show_default=False
    ),
]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key", help="Root key file [default: $WHOSECOPY_KEY, else your configuration folder].", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of text.")]
PasswordOption = Annotated[
    str | None, typer.Option("--password", help="Password of an encrypted PDF; its copies need none.")
]
EncodingOption = Annotated[
    str | None, typer.Option("--encoding", help="Encoding of a text file that is not UTF-8, e.g. windows-1252.")
]
AlphaOption = Annotated[
    float | None,
    typer.Option("--alpha", help="Largest chance of naming an innocent copy.", min=1e-15, max=0.1, show_default=False),
]
VariantsOption = Annotated[bool, typer.Option("--variants", help="Read {{a|b}} as declared variants.")]
DelimiterOption = Annotated[
    str, typer.Option("--delimiter", help="Opening and closing delimiter of declared variants, with a blank between.")
]
