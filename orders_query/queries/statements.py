"""The SQL of one order, its history, and a customer's sums.

PostgreSQL builds the JSON. The checkpoint's position and age are read in the same
statement, and rows are read only if the position is far enough. Each statement answers
position, age in ms, known, body, version.
"""

from functools import cache

# For those whose one good plan does not depend on the values they are asked with.
PREPARED = "-- prepared"
TIME = """to_char({} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def checkpoint(projection: str) -> str:
    """Return the common table `c`: where the projection stands for this statement."""
    return f"""
with c as (
    select position, position >= %(at_least)s as fresh, parked,
           greatest(0, round(extract(epoch from clock_timestamp() - fresh_at) * 1000)
           )::bigint as age
    from orders_query_checkpoint where name = '{projection}'
)"""  # noqa: S608 - built from constants


ORDERS = checkpoint("orders")


def summary(state: str = "o") -> str:
    """
    Return the members of an order in a list.

    What changes from version to version is taken from `state`, the rest from `o`.
    """
    return f"""
    'orderId', o.order_id, 'orderNumber', o.order_number, 'reference', o.reference,
    'customerId', o.customer_id, 'customerName', o.customer_name,
    'customerEmail', o.customer_email, 'itemCount', {state}.item_count,
    'total', {state}.total, 'currency', o.currency, 'status', {state}.status,
    'version', {state}.version, 'createdAt', {TIME.format("o.created_at")},
    'lastUpdatedAt', {TIME.format(f"{state}.last_updated_at")}
"""


def listed(state: str = "o") -> str:
    """
    Return an order as a list shows it, as text, with `parked` only where it is true.

    Braces are doubled, since a list's SQL is a template.

    Put together by hand, and escaped where a caller or a customer has chosen the words:
    json_build_object looks each type up for each row, and takes half as long again.
    """
    members = {
        "orderId": _quoted("o.order_id"),
        "orderNumber": _quoted("o.order_number"),
        "reference": _escaped("o.reference"),
        "customerId": _quoted("o.customer_id"),
        "customerName": _escaped("o.customer_name"),
        "customerEmail": _escaped("o.customer_email"),
        "itemCount": f"{state}.item_count",
        "total": f"{state}.total",
        "currency": _quoted("o.currency"),
        "status": _quoted(f"{state}.status"),
        "version": f"{state}.version",
        "createdAt": _quoted(TIME.format("o.created_at")),
        "lastUpdatedAt": _quoted(TIME.format(f"{state}.last_updated_at")),
    }
    parts = [f"""'"{name}":' || {value}""" for name, value in members.items()]
    joined = " || ',' || ".join(parts)
    parked = """case when o.parked then ',"parked":true' else '' end"""
    return f"'{{{{' || {joined} || {parked} || '}}}}'"


def _quoted(sql: str) -> str:
    return f"""'"' || {sql} || '"'"""


def _escaped(sql: str) -> str:
    return f"coalesce(to_json({sql})::text, 'null')"


_EVENTS = f"""
    json_agg(json_build_object('version', h.version, 'type', h.type,
             'at', {TIME.format("h.at")}, 'actor', h.actor, 'position', h.position,
             'data', h.data) order by h.version)
"""
# The order lacks an event that this reader has seen: only the log can tell.
_BEHIND = """
c.parked > 0 and exists (
    select from orders_query_parkedevent p
    where p.projection = 'orders' and p.stream_id = %(order_id)s
      and p.position <= %(at_least)s)"""
# Of an erased customer's notes there is no text, and then nothing to show.
_NOTES = f"""coalesce((
        select json_agg(json_build_object('version', h.version,
                 'at', {TIME.format("h.at")}, 'actor', h.actor,
                 'note', h.data->'note') order by h.version)
        from orders_query_orderhistory h
        where h.order_id = o.order_id and h.type = 'OrderNoteAdded'
          and h.version <= s.version and h.data ? 'note'), '[]')"""  # noqa: S608
_MINE = "(%(only_of)s::uuid is null or o.customer_id = %(only_of)s)"
_PARTS = {
    "history": f""", 'history', (
        select {_EVENTS} from orders_query_orderhistory h
        where h.order_id = o.order_id and h.version <= s.version)""",  # noqa: S608
    "customer": """, 'customer', json_build_object('customerId', o.customer_id,
        'name', o.customer_name, 'email', o.customer_email)""",
}


def items_at(state: str) -> str:
    """Return the lines that `o` had at a version: the last event with some tells."""
    return f"""(
        select h.data->'items' from orders_query_orderhistory h
        where h.order_id = o.order_id and h.version <= {state}.version
          and h.type in ('OrderCreated', 'OrderItemsAmended')
        order by h.version desc limit 1)"""  # noqa: S608 - built from constants


# An order as it is; as it was after its Nth event; as it stood at a time. What it
# became later is not shown with what it was: the reason came with the last event.
_NOW = "select o.*"
_THEN = f"""
        select o.item_count, o.total, o.status, o.version, o.last_updated_at,
               o.carrier, o.tracking_number, o.reason, o.items where {{now}}
        union all
        select p.item_count, p.total, p.status, p.version, p.last_updated_at,
               p.carrier, p.tracking_number, null, {items_at("p")}
        from orders_query_orderversion p
        where p.order_id = o.order_id and {{then}}
"""  # noqa: S608 - built from constants
_STATES = {
    "now": _NOW,
    "version": _THEN.format(
        now="o.version = %(version)s", then="p.version = %(version)s"
    ),
    "as_of": _THEN.format(
        now="o.last_updated_at <= %(as_of)s",
        then="p.validity @> %(as_of)s::timestamptz",
    ),
}


@cache
def order(which: str, expand: frozenset[str]) -> str:
    """
    Return the statement for one order: "now", at a "version", or "as_of" a time.

    `known` is false if only that version of it is not known, null if the order is not.
    """
    parts = "".join(_PARTS[name] for name in sorted(expand))
    members = f"""{summary("s")},
             'items', s.items, 'note', o.note, 'reason', s.reason,
             'carrier', s.carrier, 'trackingNumber', s.tracking_number,
             'notes', {_NOTES}{parts}"""
    return f"""{PREPARED}{ORDERS}
select c.position, c.age,
       case when found.body is not null then true when found.is_there then false end,
       found.body, found.version, {_BEHIND}
from c left join lateral (
    select true as is_there, s.version,
           case when s.version is null then null when o.parked
           then json_build_object({members}, 'parked', true)
           else json_build_object({members}) end::text as body
    from orders_query_orderreadmodel o left join lateral ({_STATES[which]}) s on true
    where c.fresh and o.order_id = %(order_id)s and {_MINE}
) found on true
"""  # noqa: S608 - built from constants


HISTORY = f"""{PREPARED}{ORDERS}
select c.position, c.age, found.body is not null, found.body, null, {_BEHIND}
from c left join lateral (
    select {_EVENTS}::text as body
    from orders_query_orderhistory h
    where c.fresh and h.order_id = %(order_id)s
      and (%(only_of)s::uuid is null or h.customer_id = %(only_of)s)
) found on true
"""  # noqa: S608 - built from constants

SUMMARY = f"""{PREPARED}{ORDERS}
select c.position, c.age, found.body is not null, found.body, null
from c left join lateral (
    select json_build_object('customerId', t.customer_id, 'orderCount', t.order_count,
             'openOrders', t.open_orders,
             'lifetimeValue', coalesce((t.lifetime ->> v.currency)::numeric,
                                       %(zero)s::numeric),
             'currency', v.currency,
             'lifetimeValues', (
                 select coalesce(json_agg(json_build_object('currency', key,
                          'value', value::numeric) order by key), '[]')
                 from jsonb_each_text(t.lifetime)),
             'firstOrderAt', {TIME.format("t.first_order_at")},
             'lastOrderAt', {TIME.format("t.last_order_at")})::text as body
    from orders_query_customertotals t,
    lateral (select case
        when t.lifetime ? %(currency)s or t.lifetime = '{{}}' then %(currency)s
        else (select min(k) from jsonb_object_keys(t.lifetime) k) end as currency) v
    where c.fresh and t.customer_id = %(customer_id)s
) found on true
"""  # noqa: S608 - built from constants

# The same, of each currency, for people.
TOTALS = f"""{PREPARED}{ORDERS}
select c.position, c.age, found.body is not null, found.body, null
from c left join lateral (
    select json_build_object('orderCount', t.order_count, 'openOrders', t.open_orders,
             'lifetime', t.lifetime,
             'firstOrderAt', {TIME.format("t.first_order_at")},
             'lastOrderAt', {TIME.format("t.last_order_at")})::text as body
    from orders_query_customertotals t
    where c.fresh and t.customer_id = %(customer_id)s
) found on true
"""  # noqa: S608 - built from constants

COUNTS = f"""{PREPARED}{ORDERS}
select c.position, c.age, true, (
    select coalesce(json_object_agg(s.status, s.orders), '{{}}')::text
    from orders_query_statuscounts s where c.fresh), null
from c
"""  # noqa: S608 - built from constants

# A customer's own, from the index on customer.
COUNTS_OF = f"""{PREPARED}{ORDERS}
select c.position, c.age, true, (
    select coalesce(json_object_agg(s.status, s.orders), '{{}}')::text from (
        select o.status, count(*) as orders from orders_query_orderreadmodel o
        where c.fresh and o.customer_id = %(customer_id)s group by o.status) s), null
from c
"""  # noqa: S608 - built from constants

VERIFIED = """
select at, orders, differences, findings::text, seconds, extract(epoch from at)::float8
from orders_query_verification order by id desc limit 1
"""

SENDER = """
select extract(epoch from max(seen_at))::float8 from orders_query_webhooksender
"""

SETS = """
select name, position, parked from orders_query_checkpoint
where strpos(name, ':') > 0 order by name
"""

HIGHEST = "select coalesce(max(position), 0) from orders_query_checkpoint"

# Of the sets of tables that serve; those that are kept or made have a colon.
SYNC = """
select c.name, c.position, c.fresh_at, c.halted, case when c.parked = 0 then 0 else (
         select count(distinct p.stream_id) from orders_query_parkedevent p
         where p.projection = c.name) end
from orders_query_checkpoint c where strpos(c.name, ':') = 0 order by c.name
"""
