"""The statements that write one order's sums anew from the order rows."""

HOLD = """
select from orders_query_checkpoint where name = any(%(names)s) order by name
for update
"""

FORGET_ORDER = (
    """
    with gone as (
        delete from orders_query_parkedevent
        where stream_id = %(order_id)s and strpos(projection, ':') = 0
        returning projection
    ), counted as (select projection, count(*) as events from gone group by projection)
    update orders_query_checkpoint c set parked = c.parked - counted.events
    from counted where c.name = counted.projection
    """,
    "delete from orders_query_orderreadmodel where order_id = %(order_id)s",
    "delete from orders_query_orderhistory where order_id = %(order_id)s",
    "delete from orders_query_orderversion where order_id = %(order_id)s",
)

TOTALS = """
with rows as (
    select currency, count(*) as orders,
           count(*) filter (
             where status in ('PENDING', 'CONFIRMED', 'SHIPPED')) as open,
           sum(case when status = 'CANCELLED' then 0 * total else total end) as value,
           min(created_at) as first_at, max(created_at) as last_at
    from orders_query_orderreadmodel where customer_id = %(customer_id)s
    group by currency
), summed as (
    select sum(orders) as orders, sum(open) as open, min(first_at) as first_at,
           max(last_at) as last_at, jsonb_object_agg(currency, value::text) as value
    from rows
)
update orders_query_customertotals t
set order_count = coalesce(s.orders, 0), open_orders = coalesce(s.open, 0),
    lifetime = coalesce(s.value, '{}'), first_order_at = s.first_at,
    last_order_at = s.last_at
from summed s where t.customer_id = %(customer_id)s
"""

COUNTS = (
    "delete from orders_query_statuscounts",
    """
    insert into orders_query_statuscounts (status, orders)
    select status, count(*) from orders_query_orderreadmodel group by status
    """,
)

# Orders whose placing waits to be counted are not in the sales yet.
_OF_DAY = """
    orders_query_orderreadmodel o
    where o.created_at >= %(day)s::date at time zone 'UTC'
      and o.created_at < (%(day)s::date + 1) at time zone 'UTC'
      and not exists (
        select from orders_query_parkedevent p
        where p.projection = 'sales' and p.stream_id = o.order_id)
"""
SALES = (
    "delete from orders_query_dailysales where day = %(day)s",
    "delete from orders_query_productsales where day = %(day)s",
    f"""
    insert into orders_query_dailysales (day, currency, orders, cancelled, revenue)
    select %(day)s, currency, count(*), count(*) filter (where status = 'CANCELLED'),
           sum(case when status = 'CANCELLED' then 0 * total else total end)
    from {_OF_DAY} group by currency
    """,  # noqa: S608 - built from constants
    f"""
    insert into orders_query_productsales
      (day, product_id, currency, quantity, orders, revenue)
    select %(day)s, i.product_id, o.currency, sum(i.quantity),
           count(distinct o.order_id), sum(i.total)
    from (select o.* from {_OF_DAY} and o.status <> 'CANCELLED') o, lateral (
        select item ->> 'productId' as product_id,
               (item ->> 'quantity')::bigint as quantity,
               (item ->> 'total')::numeric as total
        from jsonb_array_elements(o.items) item) i
    group by 2, 3
    """,  # noqa: S608 - built from constants
)
