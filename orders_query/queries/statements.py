"""The SQL of the read side. PostgreSQL builds the JSON; the checkpoint's position is
read in the same statement, and rows are read only if it is far enough."""

from typing import Any

from orders_query.queries.filters import Filters, Page, Place

TIME = """to_char({} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""

_SUMMARY = f"""
    'orderId', o.order_id, 'orderNumber', o.order_number, 'reference', o.reference,
    'customerId', o.customer_id, 'customerName', o.customer_name,
    'customerEmail', o.customer_email, 'itemCount', o.item_count, 'total', o.total,
    'currency', o.currency, 'status', o.status, 'version', o.version,
    'createdAt', {TIME.format("o.created_at")},
    'lastUpdatedAt', {TIME.format("o.last_updated_at")}
"""

_CHECKPOINT = """
with c as (
    select position, position >= %(at_least)s as fresh
    from orders_query_checkpoint where name = 'orders'
)"""

# position, known, body, version
ORDER = f"""{_CHECKPOINT}
select c.position, found.body is not null, found.body, found.version
from c left join lateral (
    select json_build_object({_SUMMARY}, 'items', o.items, 'note', o.note,
             'reason', o.reason, 'carrier', o.carrier,
             'trackingNumber', o.tracking_number)::text as body, o.version
    from orders_query_orderreadmodel o
    where c.fresh and o.order_id = %(order_id)s
      and (%(only_of)s::uuid is null or o.customer_id = %(only_of)s)
) found on true
"""  # noqa: S608 - built from constants

HISTORY = f"""{_CHECKPOINT}
select c.position, found.body is not null, found.body, null
from c left join lateral (
    select json_agg(json_build_object('version', h.version, 'type', h.type,
             'at', {TIME.format("h.at")}, 'actor', h.actor, 'position', h.position,
             'data', h.data) order by h.version)::text as body
    from orders_query_orderhistory h
    where c.fresh and h.order_id = %(order_id)s
      and (%(only_of)s::uuid is null or exists (
        select from orders_query_orderreadmodel o
        where o.order_id = h.order_id and o.customer_id = %(only_of)s))
) found on true
"""  # noqa: S608 - built from constants

SUMMARY = f"""{_CHECKPOINT}
select c.position, found.body is not null, found.body, null
from c left join lateral (
    select json_build_object('customerId', t.customer_id, 'orderCount', t.order_count,
             'openOrders', t.open_orders,
             'lifetimeValue', coalesce((t.lifetime ->> v.currency)::numeric,
                                       %(zero)s::numeric),
             'currency', v.currency,
             'firstOrderAt', {TIME.format("t.first_order_at")},
             'lastOrderAt', {TIME.format("t.last_order_at")})::text as body
    from orders_query_customertotals t,
    lateral (select case
        when t.lifetime ? %(currency)s or t.lifetime = '{{}}' then %(currency)s
        else (select min(k) from jsonb_object_keys(t.lifetime) k) end as currency) v
    where c.fresh and t.customer_id = %(customer_id)s
) found on true
"""  # noqa: S608 - built from constants


def listing(
    filters: Filters, page: Page, place: Place | None, *, of_customer: bool
) -> tuple[str, dict[str, Any]]:
    """
    Return the statement and its parameters for one page of a list.

    It answers position, known, body, the last row's sort value and its id; the last
    two only if there is a next page. `of_customer` makes an unknown customer unknown.
    """
    column, kind = page.ordering.value
    way, beyond = ("desc", "<") if page.descending else ("asc", ">")
    conditions = ["c.fresh"]
    parameters: dict[str, Any] = {"limit": page.limit}
    for sql, values in filters.conditions():
        conditions.append(sql)
        parameters |= values
    if place is not None:
        conditions.append(
            f"(o.{column}, o.order_id) {beyond} (%(value)s::{kind}, %(last_id)s::uuid)"
        )
        parameters |= {"value": place.value, "last_id": place.order_id}
    known = _KNOWN_CUSTOMER if of_customer else "true"
    sql = _LISTING.format(
        column=column, way=way, where=" and ".join(conditions), known=known
    )
    return sql, parameters


_KNOWN_CUSTOMER = """exists (
    select from orders_query_customertotals where customer_id = %(customer_id)s)"""

_LISTING = f"""{_CHECKPOINT}, page as (
    select o.*, row_number() over (order by o.{{column}} {{way}}, o.order_id {{way}})
             as place
    from orders_query_orderreadmodel o, c
    where {{where}}
    order by o.{{column}} {{way}}, o.order_id {{way}}
    limit %(limit)s + 1
)
select c.position, {{known}},
  (select coalesce(json_agg(json_build_object({_SUMMARY}) order by o.place)::text, '[]')
   from page o where o.place <= %(limit)s),
  (select o.{{column}}::text from page o where o.place = %(limit)s
   and exists (select from page where place > %(limit)s)),
  (select o.order_id from page o where o.place = %(limit)s)
from c
"""  # noqa: S608 - built from constants

SYNC = """
select name, position, clock_timestamp() - moved_at as age
from orders_query_checkpoint order by name
"""
