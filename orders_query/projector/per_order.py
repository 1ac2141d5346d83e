"""A table with a row for each order, kept by a pure rule and nothing else."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar, get_args
from uuid import UUID

import orjson
from django.db import connections, models
from psycopg import sql

from orders_command.events import CustomerEvent, Recorded
from orders_query.databases import PRIMARY

Row = TypeVar("Row")
OF_CUSTOMERS = frozenset(event.__name__ for event in get_args(CustomerEvent))


@dataclass(frozen=True, kw_only=True)
class RowPerOrder(Generic[Row]):
    """
    `rule` says what an event makes of its order's row; None is no row.

    `row` is a frozen dataclass whose fields are the table's columns; the first is the
    order's id and the table's key. No person's words may be in it: nothing would erase
    them here. Customers' events are no order's, and not asked about.

    :raises TypeError: if `row` has no column beside the key, or one of JSON
    """

    table: type[models.Model]
    row: type[Row]
    rule: Callable[[Row | None, Recorded], Row | None]

    def __post_init__(self) -> None:
        if len(self.columns) < 2:
            raise TypeError(f"{self.row.__name__} needs a column beside its key")
        for column in self.columns:
            if isinstance(self.table._meta.get_field(column), models.JSONField):
                raise TypeError(
                    f"{self.row.__name__}.{column} is JSON, which is loaded as text: "
                    "give each of its members a column"
                )

    @property
    def columns(self) -> list[str]:
        return [field.name for field in fields(self.row)]  # type: ignore[arg-type]

    def apply_all(
        self,
        events: tuple[Recorded, ...],
        *,
        rung_at: datetime | None,
    ) -> None:
        """Bring the table up to the events, in the transaction of the checkpoint."""
        before = self._loaded({recorded.stream_id for recorded in events})
        after = self.fold(events, before)
        changed = {key: row for key, row in after.items() if row != before.get(key)}
        self._save([row for row in changed.values() if row is not None])
        self._delete([key for key, row in changed.items() if row is None])

    def fold(
        self, events: Iterable[Recorded], before: Mapping[UUID, Row]
    ) -> dict[UUID, Row | None]:
        """Return the rows of these orders after the events, in order of position."""
        rows: dict[UUID, Row | None] = dict(before)
        for recorded in events:
            if recorded.type in OF_CUSTOMERS:
                continue
            row = self.rule(rows.get(recorded.stream_id), recorded)
            rows[recorded.stream_id] = row
        return rows

    def write_anew(self, order_id: UUID, events: Iterable[Recorded]) -> None:
        """Let an order's row be what all its events make of it, whatever it was."""
        self._delete([order_id])
        self._save([row for row in self.fold(events, {}).values() if row is not None])

    def _loaded(self, keys: set[UUID]) -> dict[UUID, Row]:
        statement = sql.SQL("select {} from {} where {} = any(%s)").format(
            self._listed(), self._named(), sql.Identifier(self.columns[0])
        )
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(statement, [list(keys)])
            found = cursor.fetchall()
        return {values[0]: self.row(**self._named_values(values)) for values in found}

    def _named_values(self, values: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip(self.columns, values, strict=True))

    def _save(self, rows: list[Row]) -> None:
        if not rows:
            return
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(self._saved(), [orjson.dumps(rows, default=_told).decode()])

    def _delete(self, keys: list[UUID]) -> None:
        if not keys:
            return
        statement = sql.SQL("delete from {} where {} = any(%s)").format(
            self._named(), sql.Identifier(self.columns[0])
        )
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(statement, [keys])

    def _saved(self) -> sql.Composed:
        """Return the SQL that writes any number of rows from one parameter."""
        key, *others = map(sql.Identifier, self.columns)
        return sql.SQL(
            "insert into {table} ({columns})"
            " select {columns} from json_to_recordset(%s::json) as r ({typed})"
            " on conflict ({key}) do update set ({changed}) = row({new})"
        ).format(
            table=self._named(),
            columns=self._listed(),
            typed=sql.SQL(", ").join(map(self._typed, self.columns)),
            key=key,
            changed=sql.SQL(", ").join(others),
            new=sql.SQL(", ").join(sql.SQL("excluded.{}").format(c) for c in others),
        )

    def _typed(self, column: str) -> sql.Composed:
        of = self.table._meta.get_field(column).db_type(connections[PRIMARY])
        return sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(str(of)))

    def _listed(self) -> sql.Composed:
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))

    def _named(self) -> sql.Identifier:
        return sql.Identifier(self.table._meta.db_table)


def _told(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no column's type")
