"""The statements that load and save the rows of the `orders` projection."""

CHECKPOINT = "select position, hash from orders_query_checkpoint where name = %s"

LOAD_ORDERS = """
select order_id, order_number, reference, customer_id, item_count, total, currency,
       status, version, created_at, last_updated_at, carrier, tracking_number
from orders_query_orderreadmodel
where order_id = any(%s)
"""

LOAD_TOTALS = """
select customer_id, version, order_count, open_orders, lifetime::text,
       first_order_at, last_order_at
from orders_query_customertotals
where customer_id = any(%s)
"""

# New rows and moved rows are never the same ones, so one statement may write both.
SAVE = """
with created as (
    insert into orders_query_orderreadmodel
      (order_id, order_number, reference, customer_id, customer_name, customer_email,
       item_count, total, currency, status, version, created_at, last_updated_at,
       items, note, reason, carrier, tracking_number)
    select * from json_to_recordset(%(created)s::json) as r
      (order_id uuid, order_number text, reference text, customer_id uuid,
       customer_name text, customer_email text, item_count int, total numeric,
       currency text, status text, version int, created_at timestamptz,
       last_updated_at timestamptz, items jsonb, note text, reason text, carrier text,
       tracking_number text)
), moved as (
    update orders_query_orderreadmodel o
    set status = r.status, version = r.version, last_updated_at = r.last_updated_at,
        reason = coalesce(r.reason, o.reason), carrier = r.carrier,
        tracking_number = r.tracking_number
    from json_to_recordset(%(moved)s::json) as r
      (order_id uuid, status text, version int, last_updated_at timestamptz,
       reason text, carrier text, tracking_number text)
    where o.order_id = r.order_id
), history as (
    insert into orders_query_orderhistory
      (order_id, version, position, type, at, actor, data)
    select * from json_to_recordset(%(history)s::json) as r
      (order_id uuid, version int, position bigint, type text, at timestamptz,
       actor text, data jsonb)
)
insert into orders_query_customertotals
  (customer_id, version, order_count, open_orders, lifetime, first_order_at,
   last_order_at)
select * from json_to_recordset(%(totals)s::json) as r
  (customer_id uuid, version int, order_count int, open_orders int, lifetime jsonb,
   first_order_at timestamptz, last_order_at timestamptz)
on conflict (customer_id) do update
set version = excluded.version, order_count = excluded.order_count,
    open_orders = excluded.open_orders, lifetime = excluded.lifetime,
    first_order_at = excluded.first_order_at, last_order_at = excluded.last_order_at
"""

RENAME = """
update orders_query_orderreadmodel o
set customer_name = c.name, customer_email = c.email,
    note = case when c.erased then null else o.note end,
    reason = case when c.erased then null else o.reason end
from json_to_recordset(%s::json) as c
  (customer_id uuid, name text, email text, erased boolean)
where o.customer_id = c.customer_id
"""

MOVE = """
update orders_query_checkpoint
set position = %s, hash = %s, recorded_at = %s, moved_at = clock_timestamp()
where name = %s
"""
