"""`forecast` and `seal`: what could be traced, and one copy for everybody."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whosecopy.cli.options import (
    AlphaOption,
    DelimiterOption,
    EncodingOption,
    JsonOption,
    KeyOption,
    PasswordOption,
    VariantsOption,
    VaultOption,
)
from whosecopy.cli.terminal import out, print_json, progress, warn
from whosecopy.errors import InputError

if TYPE_CHECKING:
    from whosecopy.model import Template
    from whosecopy.seal.forecast import Forecast
    from whosecopy.vault.sealing import Sealed, SealOptions

_NOT_ALONE = {
    False: "This document alone identifies nobody; several leaks together may.",
    True: "Not even the whole document is sure to identify its copy; several leaks together may.",
}
"""What is said where no part of a document identifies its copy, by whether some leak at least may."""

ToOption = Annotated[Path, typer.Option("--to", help="CSV of recipients: id,organisation,email.", show_default=False)]
CarriersOption = Annotated[
    str, typer.Option("--carriers", help="Only these carriers: names or prefixes, with commas between.")
]
CoalitionOption = Annotated[
    int | None, typer.Option("--coalition", help="Plan for this many copies merged.", min=1, max=20, show_default=False)
]
OrganisationsOption = Annotated[
    float | None,
    typer.Option(
        "--organisations",
        metavar="SHARE",
        help="Share of marks that all of an organisation have alike, e.g. 0.3.",
        min=0.01,
        max=0.99,
        show_default=False,
    ),
]
PagesOption = Annotated[bool, typer.Option("--every-page", help="Refuse a PDF with pages that cannot be traced alone.")]
CustodiansOption = Annotated[
    str,
    typer.Option("--custodians", metavar="SOCKET,SOCKET", help="Two who hold the keys of the codewords in halves."),
]
FormOption = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="pdf|docx",
        help="Issue copies as PDF, or those of a Word file as Word, with the layout marked as well.",
    ),
]
JobsOption = Annotated[
    int, typer.Option("--jobs", help="Processes that make copies with pages; 0: as many as there are cores.", min=0)
]
WeakOption = Annotated[bool, typer.Option("--accept-weak", help="Seal although this document alone can name nobody.")]


def forecast(
    document: Annotated[Path, typer.Argument(metavar="DOC", help="The document to be sealed.")],
    to: ToOption,
    alpha: AlphaOption = None,
    form: FormOption = "",
    carriers: CarriersOption = "",
    coalition: CoalitionOption = None,
    organisations: OrganisationsOption = None,
    accept_weak: WeakOption = False,
    every_page: PagesOption = False,
    variants: VariantsOption = False,
    delimiter: DelimiterOption = "{{ }}",
    encoding: EncodingOption = None,
    password: PasswordOption = None,
    json: JsonOption = False,
) -> None:
    """Say what could be traced and what not, attack by attack. Nothing is sealed."""
    from whosecopy.cli.files import read_file, read_master
    from whosecopy.seal.recipients import parse_recipients
    from whosecopy.vault.sealing import preview

    options = _options(alpha, carriers, coalition, variants, delimiter, encoding, accept_weak=accept_weak)
    options = replace(options, organisations=organisations or 0.0, every_page=every_page, form=form)
    recipients = parse_recipients(read_file(to), str(to))
    data = read_master(document, password)
    _mention_fonts(data, str(document), form)
    with progress("Simulating leaks") as advance:
        template, table, braces = preview(data, str(document), recipients, options, advance)
    _mention_braces(braces)
    if json:
        print_json({"forecast": table, "marks": _mark_counts(template)})
    else:
        out().print(*forecast_lines(table), sep="\n")


def seal(
    to: Annotated[Path | None, typer.Option("--to", help="CSV of recipients: id,organisation,email.")] = None,
    out_folder: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the copies.")] = None,
    document: Annotated[Path | None, typer.Argument(metavar="DOC", help="The document to be sealed.")] = None,
    document_id: Annotated[
        str | None, typer.Option("--document", metavar="ID", help="Add recipients to this sealed document.")
    ] = None,
    supersedes: Annotated[
        str | None, typer.Option("--supersedes", metavar="ID", help="DOC is a new version of this document.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Finish an interrupted seal.")] = False,
    title: Annotated[
        str | None, typer.Option("--title", help="Title to file it under [default: the file's name].")
    ] = None,
    alpha: AlphaOption = None,
    form: FormOption = "",
    carriers: CarriersOption = "",
    coalition: CoalitionOption = None,
    organisations: OrganisationsOption = None,
    accept_weak: WeakOption = False,
    every_page: PagesOption = False,
    normalise: Annotated[
        bool, typer.Option("--normalise", help="Rewrite marks of earlier copies found in DOC.")
    ] = False,
    record_ancestry: Annotated[
        bool,
        typer.Option("--record-ancestry", help="Keep marks of earlier copies found in DOC; do not trace by them."),
    ] = False,
    custodians: CustodiansOption = "",
    no_notice: Annotated[bool, typer.Option("--no-notice", help="Write no notice to recipients into DIR.")] = False,
    jobs: JobsOption = 0,
    variants: VariantsOption = False,
    delimiter: DelimiterOption = "{{ }}",
    encoding: EncodingOption = None,
    password: PasswordOption = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Make one copy of a document for each recipient, different in ways no reader notices."""
    from whosecopy.cli.files import now, read_file, read_master
    from whosecopy.cli.vaults import opened
    from whosecopy.seal.recipients import parse_recipients
    from whosecopy.vault import sealing
    from whosecopy.vault.ancestry import Ancestry

    if resume:
        _resume(vault, key, json, jobs)
        return
    if to is None or out_folder is None or (document is None) == (document_id is None):
        raise InputError("seal takes --to RECIPIENTS.csv, --out DIR, and either DOC or --document ID")
    recipients = parse_recipients(read_file(to), str(to), fewest=2 if document else 1)
    with opened(vault, key) as here, progress("Sealing") as advance:
        if document is not None:
            options = _options(
                alpha, carriers, coalition, variants, delimiter, encoding, accept_weak, supersedes, title
            )
            options = replace(
                options,
                ancestry=Ancestry(normalise, record_ancestry),
                organisations=organisations or 0.0,
                notice=not no_notice,
                custodians=tuple(Path(one.strip()) for one in custodians.split(",") if one.strip()),
                every_page=every_page,
                form=form,
                jobs=jobs,
            )
            data = read_master(document, password)
            _mention_fonts(data, str(document), form)
            sealed = sealing.seal(here, (data, str(document)), recipients, out_folder, options, now(), advance)
        else:
            added = str(document_id), recipients, out_folder, now(), advance, not no_notice, jobs
            sealed = sealing.add_recipients(here, *added)
    _report(sealed, out_folder, json)


def _resume(vault: Path | None, key: Path | None, json: bool, jobs: int) -> None:
    from whosecopy.cli.files import now
    from whosecopy.cli.vaults import opened
    from whosecopy.vault.delivery import resume as resume_delivery

    with opened(vault, key) as here, progress("Finishing") as advance:
        finished = resume_delivery(here, now(), advance, jobs)
    if json:
        print_json({"copies": finished})
    else:
        folders = ", ".join(dict.fromkeys(str(Path(one.path).parent) for one in finished))
        out().print(f"{len(finished)} copies in {folders}" if finished else "Nothing was left to finish.")


def _options(
    alpha: float | None,
    carriers: str,
    coalition: int | None,
    variants: bool,
    delimiter: str,
    encoding: str | None,
    accept_weak: bool = False,
    supersedes: str | None = None,
    title: str | None = None,
) -> "SealOptions":
    from whosecopy.vault.sealing import DEFAULT_ALPHA, SealOptions

    return SealOptions(
        alpha=alpha if alpha is not None else DEFAULT_ALPHA,
        carriers=tuple(name.strip() for name in carriers.split(",") if name.strip()),
        coalition=coalition,
        variants=variants,
        delimiter=split_delimiter(delimiter),
        encoding=encoding,
        accept_weak=accept_weak,
        supersedes=supersedes,
        title=title,
    )


def split_delimiter(delimiter: str) -> tuple[str, str]:
    """`"{{ }}"` as `("{{", "}}")`; raises `InputError` for anything but two parts."""
    parts = delimiter.split()
    if len(parts) != 2:
        raise InputError(f"--delimiter {delimiter!r}: give the opening and the closing one with a blank between")
    return parts[0], parts[1]


def _report(sealed: "Sealed", folder: Path, json: bool) -> None:
    from rich.text import Text

    _mention_braces(sealed.literal_braces)
    if json:
        print_json(
            {
                "document": {"id": sealed.document, "title": sealed.title},
                "copies": sealed.copies,
                "marks": _mark_counts(sealed.template),
                "forecast": sealed.forecast.rows if sealed.forecast else [],
            }
        )
        return
    console = out()
    counts = ", ".join(f"{name} {count}" for name, count in _by_carrier(sealed.template).items())
    console.print(Text.assemble((sealed.title, "bold"), f"  {sealed.document}, version {sealed.version}"))
    copies = "1 copy" if len(sealed.copies) == 1 else f"{len(sealed.copies)} copies"
    console.print(f"{copies} in {folder}, list in {folder / 'manifest.csv'}")
    if sealed.copies[0].copy is None:
        console.print("Labels stay sealed. Send the copies, then delete them: they can be compared with a leak.")
    console.print(f"Marks: {counts}")
    if sealed.forecast:
        console.print(*forecast_lines(sealed.forecast), sep="\n")


def forecast_lines(table: "Forecast") -> list[object]:
    """The forecast as lines and a table for `rich`."""
    from rich.table import Table
    from rich.text import Text

    from whosecopy.trace.report.figures import level

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading, side in (
        ("If this leaks", "left"),
        ("marks read", "right"),
        ("named at least", "right"),
        ("", "left"),
    ):
        grid.add_column(heading, justify=side)  # type: ignore[arg-type]
    for row in table.rows:
        share = row.chance_to_name
        style, word = (
            ("green", "can trace") if share >= 0.95 else ("yellow", "may trace") if share > 0 else ("red", "cannot")
        )
        grid.add_row(row.attack, f"{row.marks_expected:.0f}", f"{share:.0%}", Text(word, style))
    passage = "passage" if table.passage == "retype" else "piece of a page"
    words = f"{table.shortest_words} of {table.whole_words} words"
    shortest = (
        f"The shortest {passage} that identifies its copy has about {words}."
        if table.shortest_words
        else _NOT_ALONE[any(row.chance_to_name for row in table.rows)]
    )
    pages = [_pages(table)] if table.pages else []
    head = f"{table.recipients} recipients, {table.marks} marks, alpha {level(table.alpha)}"
    limits = "Heavy paraphrase, translation and one-sentence quotes cannot be traced."
    return [head, grid, *table.advice, shortest, *pages, limits]


def _pages(table: "Forecast") -> str:
    """What cannot be traced alone, and what was left as it is."""
    weak = table.weak_pages
    shown = ", ".join(map(str, weak[:12])) + (" ..." if len(weak) > 12 else "")
    alone = f"Pages that cannot be traced alone: {shown} of {table.pages}. " if weak else ""
    every = "" if weak or not table.shortest_words else "Every page can be traced alone. "
    return f"{alone}{every}{table.words_left} of {table.whole_words} words stay where they are."


def _mark_counts(template: "Template") -> dict[str, object]:
    return {"total": template.length, "by_carrier": _by_carrier(template)}


def _by_carrier(template: "Template") -> dict[str, int]:
    carriers = template.mark_carriers
    return {name: carriers.count(name) for name in sorted(set(carriers))}


def _mention_fonts(data: bytes, name: str, form: str) -> None:
    from whosecopy.media.dispatch import DOCX, media_of
    from whosecopy.media.typeset import missing_fonts

    if form and media_of(data, name) == DOCX:
        missing = missing_fonts(data, name)
        if missing:
            warn(missing)


def _mention_braces(count: int) -> None:
    if count:
        warn(f"{count} {{{{...}}}} stand in the document and were left as they are; --variants reads them")
