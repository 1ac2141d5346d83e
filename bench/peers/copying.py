"""Binary COPY of rows that are ready, into tables of the same shape: the limit."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

PIECE = 1 << 20


def taken_out(
    connection: psycopg.Connection,
    tables: Mapping[str, Sequence[str]],
    folder: Path,
) -> None:
    """Leave the rows of each table, with these columns, in a file of its own."""
    folder.mkdir(exist_ok=True)
    for table, columns in tables.items():
        sql = f"copy {table} ({', '.join(columns)}) to stdout (format binary)"
        with (
            connection.cursor().copy(sql) as copy,
            (folder / table).open("wb") as file,
        ):
            for piece in copy:
                file.write(piece)


def brought_in(
    connection: psycopg.Connection,
    tables: Mapping[str, Sequence[str]],
    folder: Path,
) -> None:
    """Copy each file into its table, in the sequence in which they are named."""
    for table, columns in tables.items():
        sql = f"copy {table} ({', '.join(columns)}) from stdin (format binary)"
        with (
            connection.cursor().copy(sql) as copy,
            (folder / table).open("rb") as file,
        ):
            while piece := file.read(PIECE):
                copy.write(piece)


def columns_of(
    connection: psycopg.Connection, tables: Sequence[str]
) -> dict[str, list[str]]:
    """Return the columns that may be written: not those that the table makes itself."""
    return {
        table: [name for (name,) in connection.execute(_COLUMNS, [table])]
        for table in tables
    }


@contextmanager
def indexes_last(
    connection: psycopg.Connection, tables: Sequence[str]
) -> Iterator[None]:
    """Take all indexes away, those of keys too, and make them anew at the end."""
    keys = connection.execute(_KEYS, [list(tables)]).fetchall()
    for table, name, _ in keys:
        connection.execute(f'alter table {table} drop constraint "{name}"')
    indexes = connection.execute(_INDEXES, [list(tables)]).fetchall()
    for name, _ in indexes:
        connection.execute(f'drop index "{name}"')
    yield
    for table, name, definition in keys:
        connection.execute(f'alter table {table} add constraint "{name}" {definition}')
    for _, definition in indexes:
        connection.execute(definition)


_COLUMNS = """
select attname from pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped
  and attgenerated = '' and attidentity <> 'a'
order by attnum
"""
_KEYS = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid)
from pg_constraint where conrelid = any(%s::regclass[]) and contype in ('p', 'u')
"""
_INDEXES = "select indexname, indexdef from pg_indexes where tablename = any(%s)"
