"""The SQL of a list of orders: one page, forward or back, as it is or as it stood."""

# ruff: noqa: S608 - put together from constants, never from input

from dataclasses import replace
from typing import Any

from orders_query.queries.filters import Filters, Ordering, Page, Place
from orders_query.queries.statements import ORDERS, PREPARED, items_at, listed


def listing(
    filters: Filters, page: Page, place: Place | None, *, of_customer: bool
) -> tuple[str, dict[str, Any]]:
    """
    Return the statement and its parameters for one page of a list.

    It answers position, age, known, body, the sort value and id of the rows nearest to
    the place and farthest from it, and whether there are more rows beyond those.
    `of_customer` makes an unknown customer unknown.
    """
    # Backwards is forwards in the opposite order; the rows are turned round at the end.
    back = place is not None and place.back
    towards = replace(page, descending=page.descending is not back)
    parameters: dict[str, Any] = {"limit": page.limit, "as_of": filters.as_of}
    conditions = ["c.fresh"]
    for sql, values in filters.conditions():
        conditions.append(sql)
        parameters |= values
    if place is not None:
        conditions.append(_beyond(towards, place))
        parameters |= {"value": place.value, "last_id": place.order_id}
    template = _PRESENT if filters.as_of is None else _PAST
    if filters.is_plain:
        template = PREPARED + template
    where = " and ".join(conditions)
    sql = template.format(
        # The row in the read table is a state itself; so its own indexes serve.
        where=where.replace("state.", "o."),
        where_past=where.replace("state.items", items_at("state")),
        key=_key(page),
        key_now=_key(page).replace("state.", "o."),
        way="desc" if towards.descending else "asc",
        known=_KNOWN_CUSTOMER if of_customer else "true",
        turned="array_reverse" if back else "",
    )
    return sql, parameters


def _key(page: Page) -> str:
    """When an order was placed never changes; the rest belongs to its state."""
    column = page.ordering.value[0]
    return f"o.{column}" if page.ordering is Ordering.CREATED_AT else f"state.{column}"


def _beyond(page: Page, place: Place) -> str:
    kind = page.ordering.value[1]
    sign = "<" if page.descending else ">"
    return f"({_key(page)}, o.order_id) {sign} (%(value)s::{kind}, %(last_id)s::uuid)"


_KNOWN_CUSTOMER = """exists (
    select from orders_query_customertotals where customer_id = %(customer_id)s)"""

# Arrays in the order of the rows that they are gathered from, as PostgreSQL's manual
# has it for aggregates over a sorted subquery. A window and common tables that were
# read five times took twice as long.
_PAGE = """
    select array_agg(body) as bodies, array_agg(key) as keys, array_agg(id) as ids,
           count(*)::int as found, %(limit)s::int as most
    from ({rows}) as ordered
)
select c.position, c.age, {{known}},
       '[' || coalesce(array_to_string({{turned}}(bodies[1:most]), ', '), '') || ']',
       keys[1], ids[1], keys[least(found, most)], ids[least(found, most)], found > most
from c, page
"""

_PRESENT = f"""{ORDERS}, page as (""" + _PAGE.format(
    rows=f"""
    select {listed()} as body, {{key_now}}::text as key, o.order_id as id
    from orders_query_orderreadmodel o, c
    where {{where}} order by {{key_now}} {{way}}, o.order_id {{way}}
    limit %(limit)s::int + 1"""
)

# The orders that still are as they stood then, and those that have moved on since.
_STATE = """order_id, {{{key}}} as key, {alias}.item_count, {alias}.total,
           {alias}.status, {alias}.version, {alias}.last_updated_at"""
# The latter are few, whatever the planner thinks: it would rather try each order.
_PAST = f"""{ORDERS}, past as materialized (
    select * from orders_query_orderversion
    where validity @> %(as_of)s::timestamptz
), found as (
    (select o.{_STATE.format(key="key_now", alias="o")}
     from orders_query_orderreadmodel o, c
     where o.last_updated_at <= %(as_of)s and o.created_at <= %(as_of)s and {{where}}
     order by {{key_now}} {{way}}, o.order_id {{way}} limit %(limit)s::int + 1)
    union all
    (select o.{_STATE.format(key="key", alias="state")}
     from past state
     join orders_query_orderreadmodel o on o.order_id = state.order_id, c
     where {{where_past}}
     order by {{key}} {{way}}, o.order_id {{way}} limit %(limit)s::int + 1)
), page as (""" + _PAGE.format(
    rows=f"""
    select {listed("state")} as body, state.key::text as key, state.order_id as id
    from (select * from found order by key {{way}}, order_id {{way}}
          limit %(limit)s::int + 1) state
    join orders_query_orderreadmodel o on o.order_id = state.order_id
    order by state.key {{way}}, state.order_id {{way}}"""
)
