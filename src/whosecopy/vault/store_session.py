"""One transaction on the tables: what is sealed is encrypted on the way in and checked on the way out."""

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from whosecopy.vault.store_cells import Keys, Row, open_cell, seal_cell
from whosecopy.vault.tables import sealed_columns

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"

Values = dict[str, Any]


class Session:
    """Rows of one transaction; the parts of `store.Tx` are built on it."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self.connection = connection
        self.keys = keys
        self.written: set[str] = set()

    def insert(self, table: Table, values: Values) -> None:
        """Add a row; its sealed columns are given in plain and encrypted here."""
        self.insert_all(table, [values])

    def insert_all(self, table: Table, rows: Sequence[Values]) -> None:
        """Add rows with the same columns, as `insert` does."""
        if rows:
            self.connection.execute(insert(table), [self._seal(table, row_of(table, row), row) for row in rows])
            self.written.add(table.name)

    def update(self, table: Table, row: Row, values: Values) -> None:
        """Change some columns of the row with primary key `row`."""
        self.connection.execute(update(table).where(is_row(table, row)).values(self._seal(table, row, values)))
        self.written.add(table.name)

    def fetch(self, table: Table, where: ColumnElement[bool], columns: str, order: str = "") -> Iterator[Values]:
        """The named columns (blank-separated) of the rows that fit, decrypted, ordered by column `order`.

        Raises `IntegrityError` for a cell that was altered or moved.
        """
        names = columns.split()
        wanted = dict.fromkeys([*(column.name for column in table.primary_key), *names])
        query = select(*(table.c[name] for name in wanted)).where(where)
        rows = self.connection.execute(query.order_by(table.c[order]) if order else query).mappings()
        for row in rows:
            yield self._plain(table, dict(row))

    def next(self, column: ColumnElement[int], where: ColumnElement[bool] | None = None) -> int:
        """One more than the highest value of an integer column so far; 1 for the first row."""
        query = select(func.coalesce(func.max(column), 0) + 1)
        return int(self.connection.execute(query if where is None else query.where(where)).scalar_one())

    def new_id(self, kind: str, taken: ColumnElement[str]) -> str:
        """A random id like `doc-7f3k9q` that is not in column `taken` and says nothing about what it names."""
        while True:
            found = f"{kind}-{''.join(secrets.choice(_LETTERS) for _ in range(6))}"
            if self.connection.scalar(select(taken).where(taken == found)) is None:
                return found

    def _seal(self, table: Table, row: Row, values: Values) -> Values:
        sealed = sealed_columns(table)
        return {
            name: seal_cell(self.keys.cells, table.name, row, name, value) if name in sealed else value
            for name, value in values.items()
        }

    def _plain(self, table: Table, values: Values) -> Values:
        row = row_of(table, values)
        for name in sealed_columns(table) & values.keys():
            if values[name] is not None:
                values[name] = open_cell(self.keys.cells, table.name, row, name, values[name])
        return values


def row_of(table: Table, values: Values) -> Row:
    """The primary key among `values`."""
    return tuple(values[column.name] for column in table.primary_key)


def is_row(table: Table, row: Row) -> ColumnElement[bool]:
    """The condition that a row's primary key is `row`, or begins with it."""
    return and_(*(column == value for column, value in zip(table.primary_key, row, strict=False)))
