"""`retention`: how long what is kept, and the deletion of what is due."""

from typing import TYPE_CHECKING, Annotated

import typer

from whosecopy.cli.files import now
from whosecopy.cli.options import JsonOption, KeyOption, VaultOption
from whosecopy.cli.terminal import out, print_json
from whosecopy.cli.vaults import opened

if TYPE_CHECKING:
    from whosecopy.vault.retention import Due, Policy

_LONGEST = 36_500


def retention(
    contents: Annotated[
        int | None,
        typer.Option(
            "--keep-contents", metavar="DAYS", help="Keep contents of records so long; 0 for ever.", min=0, max=_LONGEST
        ),
    ] = None,
    exhibits: Annotated[
        int | None,
        typer.Option(
            "--keep-exhibits", metavar="DAYS", help="Keep texts of exhibits so long; 0 for ever.", min=0, max=_LONGEST
        ),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Delete what is due, and record it.")] = False,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Say what the policy deletes, or delete it. The log proves what was deleted, by which rule and when."""
    from whosecopy.vault import retention as policies

    with opened(vault, key) as here:
        if contents is not None or exhibits is not None:
            with here.transaction() as tx:
                policies.set_policy(tx, _changed(policies.policy(tx), contents, exhibits), now())
        if apply:
            found = policies.apply(here, now())
        else:
            with here.snapshot() as tx:
                found = policies.due(tx, now())
    if json:
        records = [{"record": number, "kind": kind, "time": time} for number, kind, time in found.records]
        print_json(
            {
                "policy": found.policy,
                "applied": apply,
                "records": records,
                "cases": found.cases,
                "held": dict(found.held),
            }
        )
    else:
        _show(found, apply)


def _changed(policy: "Policy", contents: int | None, exhibits: int | None) -> "Policy":
    from dataclasses import replace

    policy = policy if contents is None else replace(policy, contents=contents)
    return policy if exhibits is None else replace(policy, exhibits=exhibits)


def _show(found: "Due", applied: bool) -> None:
    from rich.table import Table

    policy = found.policy
    out().print(f"Kept: contents of records {_days(policy.contents)}, texts of exhibits {_days(policy.exhibits)}.")
    verb = "Deleted" if applied else "Due"
    out().print(f"{verb}: contents of records {len(found.records)}, exhibits {len(found.cases)}.")
    grid = Table(box=None, pad_edge=False, show_header=False)
    for number, kind, time in found.records:
        grid.add_row(f"record {number}", kind, time.replace("+00:00", "Z"))
    for case in found.cases:
        grid.add_row(case, "exhibit", "")
    for document, reason in found.held:
        grid.add_row(document, "held", reason)
    if grid.row_count:
        out().print(grid)
    if not applied and (found.records or found.cases):
        out().print("Nothing was deleted. Delete it with: whosecopy retention --apply")


def _days(days: int) -> str:
    if not days:
        return "for ever"
    return "for 1 day" if days == 1 else f"for {days} days"
