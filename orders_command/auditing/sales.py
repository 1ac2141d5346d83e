"""What was sold, by day and by product, counted in the log itself."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from psycopg.rows import dict_row

from orders_command.auditing import statements
from orders_command.auditing.streams import Connection

Row = dict[str, Any]
AT_A_TIME = 2000


def daily_sales(
    connection: Connection,
    *,
    up_to: int,
    without: Sequence[int] = (),
    day: date | None = None,
) -> Iterator[Row]:
    """Return the sales by day, from the events up to a position `without` some."""
    return _streamed(connection, statements.DAILY_SALES, up_to, without, day)


def product_sales(
    connection: Connection,
    *,
    up_to: int,
    without: Sequence[int] = (),
    day: date | None = None,
) -> Iterator[Row]:
    """Return what was sold of each product, by day."""
    return _streamed(connection, statements.PRODUCT_SALES, up_to, without, day)


def _streamed(
    connection: Connection,
    question: bytes,
    up_to: int,
    without: Sequence[int],
    day: date | None,
) -> Iterator[Row]:
    asked = {"up_to": up_to, "without": list(without), "day": day}
    with connection.cursor("sales", row_factory=dict_row) as cursor:
        cursor.itersize = AT_A_TIME
        cursor.execute(question, asked)
        yield from cursor
