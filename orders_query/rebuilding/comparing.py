"""What differs between the tables that serve and those that were built anew."""

from dataclasses import dataclass, field
from typing import Any

from django.db import connections, models
from psycopg import sql

from orders_query.databases import PRIMARY
from orders_query.projector import sets
from orders_query.verification.findings import PERSONAL

SAMPLES = 5
# When a row came here is not what it says.
TIMES = frozenset({"applied_at", "rung_at"})


@dataclass(frozen=True, kw_only=True)
class Difference:
    """
    How one table differs: rows that only one of the two has, and columns that are not
    the same, by name. Samples are sentences; they hold no words about people.
    """

    table: str
    only_new: int = 0
    only_live: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    samples: tuple[str, ...] = ()


def differences(projection: str, kind: str) -> list[Difference]:
    """Return how another set differs from the live one; call it in a snapshot."""
    schema = sets.schema_of(sets.name_of(projection, kind))
    found = (_of_table(model, schema) for model in sets.TABLES[projection])
    return [d for d in found if d.only_new or d.only_live or d.columns]


def _of_table(model: type[models.Model], schema: str) -> Difference:
    keys, columns = _columns(model)
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(_counted(model._meta.db_table, schema, keys, columns))
        only_new, only_live, *counts = cursor.fetchone()
    differ = {c: n for c, n in zip(columns, counts, strict=True) if n}
    is_same = not (only_new or only_live or differ)
    return Difference(
        table=model._meta.db_table.removeprefix("orders_query_"),
        only_new=only_new,
        only_live=only_live,
        columns=differ,
        samples=() if is_same else _samples(model, schema, keys, list(differ)),
    )


def _samples(
    model: type[models.Model], schema: str, keys: list[str], columns: list[str]
) -> tuple[str, ...]:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(_sampled(model._meta.db_table, schema, keys, columns))
        return tuple(_sentence(keys, columns, row) for row in cursor.fetchall())


def _sentence(keys: list[str], columns: list[str], row: tuple[Any, ...]) -> str:
    place, in_live, in_new, *values = row
    where = ", ".join(f"{k} {v}" for k, v in zip(keys, place, strict=True))
    if not in_live:
        return f"{where}: only in the new tables"
    if not in_new:
        return f"{where}: only in the live tables"
    pairs = zip(columns, values[::2], values[1::2], strict=True)
    told = [
        f"{c} differs" if c in PERSONAL else f"{c} is {live}, anew {new}"
        for c, live, new in pairs
        if live != new
    ]
    return f"{where}: {'; '.join(told)}"


def _columns(model: type[models.Model]) -> tuple[list[str], list[str]]:
    keys = [str(field.column) for field in model._meta.pk_fields]
    rest = [
        f.column
        for f in model._meta.concrete_fields
        if f.column and f.column not in {*keys, *TIMES}
    ]
    return keys, rest


def _counted(
    table: str, schema: str, keys: list[str], columns: list[str]
) -> sql.Composed:
    in_both = _in_both(keys[0])
    counts = [
        sql.SQL("count(*) filter (where {} and {})").format(in_both, _differs(column))
        for column in columns
    ]
    return sql.SQL(
        "select count(*) filter (where l.{key} is null),"
        " count(*) filter (where s.{key} is null){counts}"
        " from {live} l full join {new} s using ({keys})"
    ).format(
        key=sql.Identifier(keys[0]),
        counts=sql.SQL("").join(sql.SQL(", ") + count for count in counts),
        live=sql.Identifier(sets.LIVE_SCHEMA, table),
        new=sql.Identifier(schema, table),
        keys=sql.SQL(", ").join(map(sql.Identifier, keys)),
    )


def _sampled(
    table: str, schema: str, keys: list[str], columns: list[str]
) -> sql.Composed:
    shown = [
        sql.SQL(", l.{0}::text, s.{0}::text").format(sql.Identifier(column))
        for column in columns
    ]
    differ = [sql.SQL(" or ") + _differs(column) for column in columns]
    named = sql.SQL(", ").join(map(sql.Identifier, keys))
    return sql.SQL(
        "select array[{texts}], l.{key} is not null, s.{key} is not null{shown}"
        " from {live} l full join {new} s using ({keys})"
        " where l.{key} is null or s.{key} is null{differ}"
        " order by {keys} limit {limit}"
    ).format(
        key=sql.Identifier(keys[0]),
        texts=sql.SQL(", ").join(
            sql.SQL("{}::text").format(sql.Identifier(key)) for key in keys
        ),
        shown=sql.SQL("").join(shown),
        live=sql.Identifier(sets.LIVE_SCHEMA, table),
        new=sql.Identifier(schema, table),
        keys=named,
        differ=sql.SQL("").join(differ),
        limit=sql.Literal(SAMPLES),
    )


def _differs(column: str) -> sql.Composed:
    return sql.SQL("l.{0} is distinct from s.{0}").format(sql.Identifier(column))


def _in_both(key: str) -> sql.Composed:
    return sql.SQL("l.{0} is not null and s.{0} is not null").format(
        sql.Identifier(key)
    )
