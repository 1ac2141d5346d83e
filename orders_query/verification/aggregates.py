"""What adds up over orders on one node, against its own order rows, which are held
against the log one by one."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from orders_command.auditing import Audited, Connection, Stretch
from orders_command.events import Recorded
from orders_query.projection import Sales, tally
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


def sales(node: Node, between: list[Recorded], placed: Any) -> Iterator[Finding]:
    """
    Yield days and products that do not add up.

    `between` are the events between the positions of the two projections, and `placed`
    the first events of orders cancelled there: the rows of one side lack them.
    """
    sign = 1 if node.positions[sets.SALES] > node.positions[sets.ORDERS] else -1
    more = tally(between, placed)
    for kind, question, names, ahead in (
        ("daily sales", _DAYS, _DAYS_OF, _days(more, sign)),
        ("product sales", _PRODUCTS, _PRODUCTS_OF, _products(more, sign)),
    ):
        yield from _apart(node, kind, _rows(node.connection, question), names, ahead)


def _apart(
    node: Node,
    kind: str,
    found: dict[Any, list[Any]],
    names: tuple[str, ...],
    ahead: dict[Any, list[Any]],
) -> Iterator[Finding]:
    """Compare how far table and rows are apart with how far they ought to be."""
    nothing = [0] * len(names)
    for key in sorted({*found, *ahead}, key=str):
        is_apart, ought = found.get(key, nothing), ahead.get(key, nothing)
        if is_apart != ought:
            off = [a - b for a, b in zip(is_apart, ought, strict=True)]
            told = ", ".join(
                f"{name} {by:+f}" for name, by in zip(names, off, strict=True) if by
            )
            where = " ".join(map(str, key))
            yield _finding(node, kind, f"{where} is off: {told}")


def _rows(connection: Connection, question: bytes) -> dict[Any, list[Any]]:
    return {tuple(key): values for key, *values in connection.execute(question)}


def _days(more: Sales, sign: int) -> dict[Any, list[Any]]:
    return {
        tuple(map(str, key)): [
            sign * Decimal(d.orders),
            sign * Decimal(d.cancelled),
            sign * d.revenue,
        ]
        for key, d in more.days.items()
    }


def _products(more: Sales, sign: int) -> dict[Any, list[Any]]:
    return {
        tuple(map(str, key)): [
            sign * Decimal(p.quantity),
            sign * Decimal(p.orders),
            sign * p.revenue,
        ]
        for key, p in more.products.items()
    }


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
_DAYS_OF = ("orders", "cancelled", "revenue")
_DAYS = b"""
select array[day::text, currency], coalesce(d.orders, 0) - coalesce(r.orders, 0),
       coalesce(d.cancelled, 0) - coalesce(r.cancelled, 0),
       coalesce(d.revenue, 0) - coalesce(r.revenue, 0)
from orders_query_dailysales d full join (
    select (created_at at time zone 'UTC')::date as day, currency, count(*) as orders,
           count(*) filter (where status = 'CANCELLED') as cancelled,
           sum(case when status = 'CANCELLED' then 0 else total end) as revenue
    from orders_query_orderreadmodel group by 1, 2
) r using (day, currency)
where coalesce(d.orders, 0) <> coalesce(r.orders, 0)
   or coalesce(d.cancelled, 0) <> coalesce(r.cancelled, 0)
   or coalesce(d.revenue, 0) <> coalesce(r.revenue, 0)
"""
_PRODUCTS_OF = ("quantity", "orders", "revenue")
_PRODUCTS = b"""
select array[day::text, product_id, currency],
       coalesce(p.quantity, 0) - coalesce(r.quantity, 0),
       coalesce(p.orders, 0) - coalesce(r.orders, 0),
       coalesce(p.revenue, 0) - coalesce(r.revenue, 0)
from orders_query_productsales p full join (
    select (o.created_at at time zone 'UTC')::date as day, i.product_id, o.currency,
           sum(i.quantity) as quantity, count(distinct o.order_id) as orders,
           sum(i.total) as revenue
    from orders_query_orderreadmodel o, lateral (
        select item ->> 'productId' as product_id,
               (item ->> 'quantity')::bigint as quantity,
               (item ->> 'total')::numeric as total
        from jsonb_array_elements(o.items) item) i
    where o.status <> 'CANCELLED' group by 1, 2, 3
) r using (day, product_id, currency)
where coalesce(p.quantity, 0) <> coalesce(r.quantity, 0)
   or coalesce(p.orders, 0) <> coalesce(r.orders, 0)
   or coalesce(p.revenue, 0) <> coalesce(r.revenue, 0)
"""
