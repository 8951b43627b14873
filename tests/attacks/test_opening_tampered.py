"""Whoever can write the database, but has no key, opens no identity and lowers no bar."""

import sqlite3
from contextlib import closing

import pytest

CELLS = [
    ("openings", "facts"),
    ("openings", "identities"),
    ("approvals", "approval"),
    ("people", "person"),
    ("policy", "rule"),
]


def write(desk, *statements):
    """Change the database behind the program's back."""
    with closing(sqlite3.connect(desk.home / "vault" / "vault.db")) as base, base:
        for statement in statements:
            base.execute(*statement)


def read(desk, query):
    with closing(sqlite3.connect(desk.home / "vault" / "vault.db")) as base:
        return base.execute(query).fetchall()


@pytest.mark.parametrize(("table", "column"), CELLS)
def test_a_flipped_cell_is_found_and_opens_nothing(council, table, column):
    desk, case = council.desk, council.case()
    council.approves("ann", case)
    council.approves("cid", case)
    ((row, cell),) = read(desk, f"SELECT rowid, {column} FROM {table} ORDER BY rowid DESC LIMIT 1")
    for at in (0, 12, len(cell) // 2, len(cell) - 1):
        flipped = cell[:at] + bytes([cell[at] ^ 1]) + cell[at + 1 :]
        write(desk, (f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (flipped, row)))
        answer = desk.run("reveal", case)
        assert (answer.code, answer.out) == (3, "")
        assert "was altered" in answer.err
    write(desk, (f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (cell, row)))
    assert desk.ok("reveal", case)["named"][0]["recipient"] == "p-003"


def test_a_reveal_or_an_approval_of_one_case_cannot_be_moved_to_another(council):
    desk, one, other = council.desk, council.case("p-003"), council.case("p-004")
    for name in ("ann", "cid"):
        council.approves(name, one)
    desk.ok("reveal", one)
    write(
        desk,
        ('INSERT INTO approvals SELECT ?, number, approval FROM approvals WHERE "subject" = ?', (other, one)),
    )
    answer = desk.run("reveal", other)
    assert (answer.code, answer.out) == (3, "")
    write(
        desk,
        ("DELETE FROM approvals WHERE subject = ?", (other,)),
        ('UPDATE openings SET reveal = (SELECT reveal FROM openings WHERE "case" = ?) WHERE "case" = ?', (one, other)),
    )
    for command in ("reveal", other), ("trace", council.sealed.copies["p-004"]):
        answer = desk.run(*command)
        assert (answer.code, answer.out) == (3, "")


def test_without_its_policy_or_its_people_a_vault_opens_nothing(council):
    desk, case = council.desk, council.case()
    council.approves("ann", case)
    council.approves("cid", case)
    write(desk, ("DELETE FROM people WHERE number = 3",))
    answer = desk.run("reveal", case)
    assert (answer.code, "cid: is not registered" in answer.err) == (3, True)
    write(desk, ("DELETE FROM policy",))
    for command in ("reveal", case), ("people", "list"), ("trace", council.sealed.copies["p-004"]):
        answer = desk.run(*command)
        assert (answer.code, answer.out) == (3, "")
        assert "policy is missing" in answer.err


def test_an_ended_case_stays_ended_where_its_row_is_replaced(council):
    desk, case = council.desk, council.case("p-003")
    other = council.case("p-004")
    desk.ok("approve", case, *council.signs("ann"), "--protected-disclosure")
    write(
        desk,
        (
            'UPDATE openings SET identities = (SELECT identities FROM openings WHERE "case" = ?) WHERE "case" = ?',
            (case, other),
        ),
    )
    assert desk.run("reveal", other).code == 3
    assert "protected disclosure" in desk.refused("reveal", case)
