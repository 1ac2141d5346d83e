"""The rows that the product leaves, written into the same tables with nothing computed.

One statement a table and one transaction a batch, by plain psycopg, with values that
are ready: what somebody would write who knew the rows beforehand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from bench import filling

CHECKPOINT = "orders_query_checkpoint"
ONCE = {"orders_query_orderhistory", "orders_query_orderversion"}  # never written again
TABLES = (*filling.TABLES, CHECKPOINT)


@dataclass(frozen=True, kw_only=True)
class Writing:
    """One statement with its rows as JSON."""

    sql: str
    rows: str


Batch = Sequence[Writing]


def write(connection: psycopg.Connection, batch: Batch) -> None:
    """Write one batch in one transaction."""
    with connection.transaction():
        for writing in batch:
            connection.execute(writing.sql, [writing.rows])


def digest(connection: psycopg.Connection) -> list[object]:
    """Return what is the same for the same rows, in whatever sequence they are."""
    told = "select (count(*), sum(hashtextextended(t::text, 0)))::text from {} t"
    # How many tries have begun is no row's content.
    tables = [table for table in TABLES if table != CHECKPOINT]
    return [_value(connection, told.format(table)) for table in tables]


class Recorder:
    """Keeps what each step of the product has changed, row by row."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._upserts = {table: upsert(connection, table) for table in TABLES}
        self._mark = 0
        self.batches: list[Batch] = []

    def begin(self) -> None:
        self._mark = self._now()

    def keep(self) -> None:
        """Keep the rows that were written since the last call."""
        batch = []
        for table, statement in self._upserts.items():
            changed = self._changed(table)
            if changed is not None:
                batch.append(Writing(sql=statement, rows=changed))
        self.batches.append(batch)
        self._mark = self._now()

    def _now(self) -> int:
        return int(str(_value(self._connection, "select pg_current_xact_id()::text")))

    def _changed(self, table: str) -> str | None:
        # The server is new: its transaction ids have not begun anew.
        sql = f"select json_agg(t)::text from {table} t where xmin::text::bigint > %s"
        found = _value(self._connection, sql, self._mark)
        return None if found is None else str(found)


def upsert(connection: psycopg.Connection, table: str) -> str:
    """Return the statement that writes rows of a table from JSON."""
    columns = _names(connection, _COLUMNS, table)
    keys = _names(connection, _KEYS, table)
    listed = ", ".join(columns)
    insert = (
        f"insert into {table} ({listed})"
        f" select {listed} from json_populate_recordset(null::{table}, %s::json)"
    )
    if table in ONCE:
        return insert
    sets = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in keys)
    return f"{insert} on conflict ({', '.join(keys)}) do update set {sets}"


def _names(connection: psycopg.Connection, sql: str, table: str) -> list[str]:
    return [name for (name,) in connection.execute(sql, [table])]


def _value(connection: psycopg.Connection, sql: str, *values: object) -> object:
    (value,) = connection.execute(sql, values).fetchone() or (None,)
    return value


_COLUMNS = """
select attname from pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''
order by attnum
"""
_KEYS = """
select a.attname from pg_index i join pg_attribute a
  on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
where i.indrelid = %s::regclass and i.indisprimary
"""
