"""The statements that write one order's sums anew from the order rows."""

HOLD = """
select name, position from orders_query_checkpoint where name = any(%(names)s)
order by name for update
"""

ROW = b"""
select customer_id, created_at from orders_query_orderreadmodel where order_id = %s
"""

# What is parked of a projection without tables is work that is still to be done.
FORGET_ORDER = (
    """
    delete from orders_query_parkedevent
    where stream_id = %(order_id)s and projection = any(%(names)s)
    """,
    """
    update orders_query_checkpoint c set parked = (
        select count(*) from orders_query_parkedevent p where p.projection = c.name)
    where c.name = any(%(names)s)
    """,
    "delete from orders_query_orderreadmodel where order_id = %(order_id)s",
    "delete from orders_query_orderhistory where order_id = %(order_id)s",
    "delete from orders_query_orderversion where order_id = %(order_id)s",
)

TOTALS = (
    "delete from orders_query_customertotals where customer_id = %(customer_id)s",
    """
    with rows as (
        select currency, count(*) as orders,
               count(*) filter (
                 where status in ('PENDING', 'CONFIRMED', 'SHIPPED')) as open,
               sum(case when status = 'CANCELLED' then 0 * total else total end)
                 as value,
               min(created_at) as first_at, max(created_at) as last_at
        from orders_query_orderreadmodel where customer_id = %(customer_id)s
        group by currency
    )
    insert into orders_query_customertotals
      (customer_id, version, order_count, open_orders, lifetime, first_order_at,
       last_order_at)
    select %(customer_id)s, coalesce(%(version)s::int, 0), coalesce(sum(orders), 0),
           coalesce(sum(open), 0),
           coalesce(jsonb_object_agg(currency, value::text), '{}'), min(first_at),
           max(last_at)
    from rows having %(version)s::int is not null or count(*) > 0
    """,
)

COUNTS = (
    "delete from orders_query_statuscounts",
    """
    insert into orders_query_statuscounts (status, orders)
    select status, count(*) from orders_query_orderreadmodel group by status
    """,
)
