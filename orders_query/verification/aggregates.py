"""What adds up over orders on one node, against its own rows, which are held against
the log one by one."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from orders_command.auditing import Audited, Stretch
from orders_query.projector import sets
from orders_query.verification.findings import Finding
from orders_query.verification.nodes import Node


def totals(node: Node, stretch: Stretch, audited: list[Audited]) -> Iterator[Finding]:
    """Yield what differs in the totals of a stretch of customers."""
    position = node.positions[sets.ORDERS]
    versions = {
        customer.stream_id: sum(e.position <= position for e in customer.events)
        for customer in audited
    }
    rows = node.connection.execute(_VERSIONS, vars(stretch)).fetchall()
    found: dict[UUID, int] = dict(rows)
    for customer_id in sorted({*found, *(c for c, v in versions.items() if v)}):
        version, expected = found.get(customer_id), versions.get(customer_id, 0)
        if version != expected:
            detail = f"version is {version}, the log says {expected or None}"
            yield _finding(node, "customer", detail, customer_id)
    for row in node.connection.execute(_TOTALS, vars(stretch)):
        customer_id, *values = row
        yield _finding(node, "customer totals", _told(_TOTALS_OF, values), customer_id)


def counts(node: Node) -> Iterator[Finding]:
    """Yield each status whose count is not that of the rows."""
    for status, counted, orders in node.connection.execute(_COUNTS):
        detail = f"{status} is {counted}, the rows say {orders}"
        yield _finding(node, "status counts", detail)


def parked(node: Node, *, projection: str) -> Iterator[Finding]:
    """Yield a checkpoint's count of parked events if it is not that of their rows."""
    name = node.parked_under.get(projection, projection)
    for counted, events in node.connection.execute(_PARKED, [name]):
        detail = f"{name} is {counted}, the rows say {events}"
        yield _finding(node, "parked events", detail)


def _told(names: tuple[str, ...], values: list[Any]) -> str:
    """Put pairs of what is there and what the rows say into words."""
    pairs = zip(names, values[::2], values[1::2], strict=True)
    return "; ".join(f"{n} is {a}, the rows say {b}" for n, a, b in pairs if a != b)


def _finding(
    node: Node, kind: str, detail: str, stream_id: UUID | None = None
) -> Finding:
    return Finding(node=node.name, kind=kind, detail=detail, stream_id=stream_id)


_RANGE = """
customer_id > %(after)s and (%(up_to)s::uuid is null or customer_id <= %(up_to)s)
"""
_VERSIONS = f"""
select customer_id, version from orders_query_customertotals where {_RANGE}
""".encode()  # noqa: S608 - built from constants
_TOTALS_OF = ("orders", "open orders", "first order", "last order", "lifetime value")
_TOTALS = f"""
with rows as (
    select customer_id, currency, count(*) as orders,
           count(*) filter (
             where status in ('PENDING', 'CONFIRMED', 'SHIPPED')) as open,
           sum(case when status = 'CANCELLED' then 0 else total end) as value,
           min(created_at) as first_at, max(created_at) as last_at
    from orders_query_orderreadmodel where {_RANGE} group by customer_id, currency
), summed as (
    select customer_id, sum(orders)::bigint as orders, sum(open)::bigint as open,
           min(first_at) as first_at, max(last_at) as last_at,
           jsonb_object_agg(currency, trim_scale(value)) as value
    from rows group by customer_id
), kept as (
    select t.customer_id, t.order_count, t.open_orders, t.first_order_at,
           t.last_order_at,
           (select coalesce(jsonb_object_agg(key, trim_scale(value::numeric)), '{{}}')
            from jsonb_each_text(t.lifetime)) as value
    from orders_query_customertotals t where {_RANGE}
)
select customer_id, coalesce(k.order_count, 0), coalesce(s.orders, 0),
       coalesce(k.open_orders, 0), coalesce(s.open, 0), k.first_order_at, s.first_at,
       k.last_order_at, s.last_at, k.value::text, coalesce(s.value, '{{}}')::text
from kept k full join summed s using (customer_id)
where (coalesce(k.order_count, 0), coalesce(k.open_orders, 0), k.first_order_at,
       k.last_order_at, k.value)
  is distinct from (coalesce(s.orders, 0), coalesce(s.open, 0), s.first_at, s.last_at,
       coalesce(s.value, '{{}}'))
""".encode()  # noqa: S608 - built from constants
_COUNTS = b"""
select status, coalesce(c.orders, 0), coalesce(r.orders, 0)
from orders_query_statuscounts c full join (
    select status, count(*) as orders from orders_query_orderreadmodel group by status
) r using (status)
where coalesce(c.orders, 0) <> coalesce(r.orders, 0)
"""
_PARKED = b"""
select c.parked, count(p.position) from orders_query_checkpoint c
left join orders_query_parkedevent p on p.projection = c.name
where c.name = %s group by c.parked
having c.parked <> count(p.position)
"""
