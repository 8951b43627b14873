"""`suggest` and `lint`: help with declared variants."""

from pathlib import Path
from typing import Annotated

import typer

from whosecopy.cli.options import DelimiterOption, EncodingOption, JsonOption
from whosecopy.cli.terminal import out, print_json

DocumentArgument = Annotated[Path, typer.Argument(metavar="DOC", help="The document.")]


def suggest(
    document: DocumentArgument,
    target: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write here instead of printing.")
    ] = None,
    delimiter: DelimiterOption = "{{ }}",
    encoding: EncodingOption = None,
    json: JsonOption = False,
) -> None:
    """Annotate a document with candidate variants for a person to accept or strike out."""
    from whosecopy.carriers.suggest import annotate, candidates
    from whosecopy.cli.files import read_file
    from whosecopy.cli.sealing import split_delimiter
    from whosecopy.media.dispatch import open_document

    master = open_document(read_file(document), str(document), encoding)
    sites = candidates(master)
    if json:
        print_json({"suggestions": [{"start": s.start, "end": s.end, "variants": s.variants} for s in sites]})
        return
    annotated = annotate(master, sites, *split_delimiter(delimiter))
    if target is None:
        typer.echo(annotated, nl=not annotated.endswith("\n"))
    else:
        target.write_bytes(annotated.encode())
        out().print(f"{len(sites)} suggestions in {target}; strike out what reads wrong, then: whosecopy lint {target}")


def lint(
    document: DocumentArgument,
    delimiter: DelimiterOption = "{{ }}",
    encoding: EncodingOption = None,
    json: JsonOption = False,
) -> None:
    """Check declared variants: same facts, names, dates and negations in each, and sound syntax."""
    from whosecopy.carriers.lint import lint as check
    from whosecopy.cli.files import read_file
    from whosecopy.cli.sealing import split_delimiter
    from whosecopy.media.dispatch import open_document
    from whosecopy.seal.declare import annotated_text

    findings = check(
        annotated_text(open_document(read_file(document), str(document), encoding)), *split_delimiter(delimiter)
    )
    if json:
        print_json({"findings": findings})
    else:
        for finding in findings:
            out().print(f"{document}:{finding.line}:{finding.column}: {finding.message}")
        if not findings:
            out().print("No dangerous variants found.")
    if findings:
        raise typer.Exit(2)
