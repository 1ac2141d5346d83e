"""The questions about sales, answered from the tables of the `sales` projection."""

import base64
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import orjson

from orders_query.queries.answers import Answer
from orders_query.queries.asking import ANYBODY, Reader
from orders_query.queries.filters import AMOUNT, BadCursor
from orders_query.queries.reading import Question, read
from orders_query.queries.statements import checkpoint


@dataclass(frozen=True, kw_only=True)
class Days:
    """From a day to a day, both of them included; None is without an end."""

    first: date | None = None
    last: date | None = None


def daily_sales(days: Days, *, only: str = "", reader: Reader = ANYBODY) -> Answer:
    """
    Return what was ordered on each day and in each currency, oldest day first.

    `only` is a currency, none for all of them.
    """
    parameters = {**vars(days), "only": only}
    row = read(
        Question(sql=_DAILY, projection="sales", parameters=parameters), reader=reader
    )
    (body,) = row.values
    return Answer(
        body=body.encode(), position=row.position, source=row.source, age_ms=row.age_ms
    )


def product_sales(
    days: Days,
    *,
    limit: int,
    only: str = "",
    cursor: str | None = None,
    reader: Reader = ANYBODY,
) -> Answer:
    """
    Return what was sold of each product, the highest revenue first.

    `only` is a currency, none for all of them: each is a row of its own then, and their
    figures are compared as they are.

    :raises BadCursor: if the cursor is not one of this list's
    """
    place = _unpack(cursor)
    parameters = {**vars(days), "limit": limit, "only": only, **place}
    row = read(
        Question(sql=_PRODUCTS, projection="sales", parameters=parameters),
        reader=reader,
    )
    body, *last = row.values
    return Answer(
        body=body.encode(),
        position=row.position,
        source=row.source,
        age_ms=row.age_ms,
        next=None if last[0] is None else _pack(*last),
    )


def _pack(revenue: str, product_id: str, currency: str) -> str:
    content = orjson.dumps([revenue, product_id, currency])
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _unpack(cursor: str | None) -> dict[str, str | Decimal | None]:
    if cursor is None:
        return {"revenue": None, "product_id": None, "currency": None}
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        content = orjson.loads(base64.b64decode(padded, altchars="-_", validate=True))
        revenue, product_id, currency = content
        _check(revenue, product_id + currency)
    except (ValueError, TypeError) as error:
        raise BadCursor("This is no cursor of this list.") from error
    return {"revenue": revenue, "product_id": product_id, "currency": currency}


def _check(revenue: str, words: str) -> None:
    """Refuse what PostgreSQL would choke on: a cursor may come from anybody."""
    if not AMOUNT.match(revenue) or "\0" in words:
        raise ValueError("place")


_SALES = checkpoint("sales")
_ASKED = """%(only)s::text in ('', s.currency)
      and (%(first)s::date is null or s.day >= %(first)s)
      and (%(last)s::date is null or s.day <= %(last)s)"""
_DAILY = f"""{_SALES}
select c.position, c.age, true, (
    select coalesce(json_agg(json_build_object('date', s.day, 'currency', s.currency,
             'orders', s.orders, 'cancelled', s.cancelled, 'revenue', s.revenue)
             order by s.day, s.currency)::text, '[]')
    from orders_query_dailysales s where c.fresh and {_ASKED})
from c
"""  # noqa: S608 - built from constants
_PRODUCTS = f"""{_SALES}, sold as (
    select s.product_id, s.currency, sum(s.quantity) as quantity,
           sum(s.orders) as orders, sum(s.revenue) as revenue
    from orders_query_productsales s, c where c.fresh and {_ASKED}
    group by s.product_id, s.currency having sum(s.orders) > 0
), page as (
    select *, row_number() over (order by revenue desc, product_id, currency) as place
    from sold where %(revenue)s::numeric is null or revenue < %(revenue)s::numeric
      or (revenue = %(revenue)s::numeric
          and (product_id, currency) > (%(product_id)s::text, %(currency)s::text))
    order by revenue desc, product_id, currency limit %(limit)s + 1
)
select c.position, c.age, true,
  (select coalesce(json_agg(json_build_object('productId', p.product_id,
     'currency', p.currency, 'quantity', p.quantity, 'orders', p.orders,
     'revenue', p.revenue) order by p.place)::text, '[]')
   from page p where p.place <= %(limit)s),
  (select revenue::text from page where place = %(limit)s
   and exists (select from page where place > %(limit)s)),
  (select product_id from page where place = %(limit)s),
  (select currency from page where place = %(limit)s)
from c
"""  # noqa: S608 - built from constants
