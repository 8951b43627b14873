"""`approve`, `reveal`, `dispute`: from the label of a copy to a name, and what the recipient says."""

from enum import StrEnum
from typing import Annotated

import typer

from whosecopy.cli.files import now
from whosecopy.cli.options import JsonOption, KeyOption, VaultOption
from whosecopy.cli.people import DEFAULT_HOURS, AsOption, HoursOption, KeyFileOption, signer_of
from whosecopy.cli.terminal import out, print_json
from whosecopy.cli.vaults import opened
from whosecopy.errors import InputError

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case, as trace prints it.", show_default=False)]


class Reply(StrEnum):
    """What a recipient can say about a copy."""

    NOT_RECEIVED = "not-received"
    FORWARDED_TO = "forwarded-to"
    LOST = "lost"
    OTHER = "other"


def approve(
    case: CaseArgument,
    approver: AsOption = None,
    key_file: KeyFileOption = None,
    purpose: Annotated[
        str | None, typer.Option("--purpose", metavar="TEXT", help="What the identity is for.", show_default=False)
    ] = None,
    protected: Annotated[
        bool, typer.Option("--protected-disclosure", help="End the case for good: nobody is to be named.")
    ] = False,
    hours: HoursOption = DEFAULT_HOURS,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Agree to the opening of the identities of a case, or end the case."""
    from whosecopy.vault.opening_approvals import approve as agree
    from whosecopy.vault.opening_approvals import end
    from whosecopy.vault.people_approvals import expiry

    signer = signer_of(approver, key_file)
    if signer is None or (purpose is None) != protected:
        raise InputError("approve takes --as NAME, --key-file FILE, and either --purpose or --protected-disclosure")
    with opened(vault, key) as here:
        if purpose is None:
            end(here, case, signer, now(), expiry(now(), hours))
            _say({"case": case, "ended": True}, f"{case} was ended. Its exhibit is not traced any more.", json)
            return
        given = agree(here, case, signer, purpose, now(), expiry(now(), hours))
    then = f"Next: whosecopy reveal {case}" if given.approved >= given.needed else "Somebody else has to approve too."
    _say(given, f"{given.approved} of {given.needed} approvals for this purpose. {then}", json)


def reveal(case: CaseArgument, vault: VaultOption = None, key: KeyOption = None, json: JsonOption = False) -> None:
    """Name the recipients of the copies that a case names, once enough people approved."""
    from whosecopy.cli.tracing import show
    from whosecopy.vault.opening_approvals import reveal as open_case

    with opened(vault, key) as here:
        opened_case = open_case(here, case, now())
    if json:
        print_json(opened_case.verdict)
        return
    show(opened_case)
    for label, words in opened_case.facts:
        if label == "Identity opened":
            out().print(f"{label}: {words}")


def dispute(
    document: Annotated[str, typer.Argument(metavar="ID", help="The document.", show_default=False)],
    says: Annotated[Reply | None, typer.Option("--says", help="What the recipient says.", show_default=False)] = None,
    recipient: Annotated[
        str | None, typer.Option("--recipient", metavar="R", help="Whose reply it is.", show_default=False)
    ] = None,
    copy: Annotated[
        str | None, typer.Option("--copy", metavar="LABEL", help="The copy, where nobody is named.", show_default=False)
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Their words; to whom it was forwarded.")] = "",
    settled: Annotated[
        int | None, typer.Option("--settled", metavar="N", help="Reply N is settled; --note says how.", min=1)
    ] = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Record what a recipient replies about a copy, or that a reply is settled. It stands in the reports about it."""
    from whosecopy.vault.dispute import Dispute, Says, settle
    from whosecopy.vault.dispute import dispute as enter

    if settled is not None:
        if says or recipient or copy:
            raise InputError("--settled N takes the number of a reply, and --note, alone")
        with opened(vault, key) as here:
            settle(here, document, settled, note, now())
        _say({"dispute": settled, "document": document}, f"Reply {settled} about {document} is settled.", json)
        return
    if says is None:
        raise InputError("a reply takes --says; one that was given before is settled with --settled N")
    if bool(recipient) == bool(copy):
        raise InputError("a reply is about --recipient R or about --copy LABEL")
    reply = Dispute(document, recipient or "", copy or "", Says(says.value), note, now())
    with opened(vault, key) as here:
        number = enter(here, reply)
    _say({"dispute": number, "document": document}, f"Recorded as reply {number} about {document}.", json)


def _say(answer: object, line: str, json: bool) -> None:
    if json:
        print_json(answer)
    else:
        out().print(line)
