"""The statements that load and save the rows of the `orders` projection."""

# ruff: noqa: S608 - put together from constants, never from input

CHECKPOINT = """-- prepared
select position, hash, fresh_at, tries from orders_query_checkpoint where name = %s
"""

HALT = """
update orders_query_checkpoint set halted = %(why)s
where name = %(name)s and position = %(position)s and halted <> %(why)s
"""

FENCE = """-- prepared
select position, parked from orders_query_checkpoint where name = %s for update nowait
"""

# It must outlive this process, not the server: nobody waits for the disk.
BEGIN_TRY = """-- prepared
with soon as (select set_config('synchronous_commit', 'off', true)), free as (
    select name from orders_query_checkpoint where name = %s and position = %s
    for update nowait
)
update orders_query_checkpoint c set tries = c.tries + 1 from soon, free
where c.name = free.name returning c.tries
"""

END_TRY = """-- prepared
with soon as (select set_config('synchronous_commit', 'off', true)), free as (
    select name from orders_query_checkpoint where name = %s for update skip locked
)
update orders_query_checkpoint c set tries = 0 from soon, free
where c.name = free.name
"""

LOAD_ORDERS = """-- prepared
select order_id, order_number, reference, customer_id, item_count, total, currency,
       status, version, created_at, last_updated_at, carrier, tracking_number
from orders_query_orderreadmodel
where order_id = any(%s)
"""

LOAD_TOTALS = """-- prepared
select customer_id, version, order_count, open_orders, lifetime::text,
       first_order_at, last_order_at
from orders_query_customertotals
where customer_id = any(%s)
"""

# New rows and moved rows are never the same ones, so one statement may write both.
SAVE = """-- prepared
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
        item_count = r.item_count, total = r.total, items = coalesce(r.items, o.items),
        reason = coalesce(r.reason, o.reason), carrier = r.carrier,
        tracking_number = r.tracking_number
    from json_to_recordset(%(moved)s::json) as r
      (order_id uuid, status text, version int, last_updated_at timestamptz,
       item_count int, total numeric, items jsonb, reason text, carrier text,
       tracking_number text)
    where o.order_id = r.order_id
), history as (
    insert into orders_query_orderhistory
      (order_id, version, position, type, at, actor, data, customer_id, status,
       rung_at, applied_at)
    select r.order_id, r.version, r.position, r.type, r.at, r.actor, r.data,
           r.customer_id, r.status,
           -- A ring from before the event was for another one.
           case when %(rung_at)s >= r.recorded_at then %(rung_at)s::timestamptz end,
           clock_timestamp()
    from json_to_recordset(%(history)s::json) as r
      (order_id uuid, version int, position bigint, type text, at timestamptz,
       actor text, data jsonb, customer_id uuid, status text, recorded_at timestamptz)
), past as (
    insert into orders_query_orderversion
      (order_id, version, validity, item_count, total, status, last_updated_at,
       carrier, tracking_number)
    select order_id, version, tstzrange(valid_from, valid_until), item_count, total,
           status, last_updated_at, carrier, tracking_number
    from json_to_recordset(%(past)s::json) as r
      (order_id uuid, version int, valid_from timestamptz, valid_until timestamptz,
       item_count int, total numeric, status text, last_updated_at timestamptz,
       carrier text, tracking_number text)
), counts as (
    insert into orders_query_statuscounts as s (status, orders)
    select status, orders from json_to_recordset(%(counts)s::json) as r
      (status text, orders bigint)
    on conflict (status) do update set orders = s.orders + excluded.orders
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

# What an erasure takes from the past of the orders in `erased`, read with the rows as
# they were: these say by their own words where there are words of a shipment.
FORGET_WORDS = """
shipped as (
    select order_id from erased
    where carrier is not null or tracking_number is not null
), forgotten_notes as (
    update orders_query_orderhistory h set data = data - 'note'
    from erased where h.order_id = erased.order_id and h.type = 'OrderNoteAdded'
), forgotten_history as (
    update orders_query_orderhistory h
    set data = data - '{carrier,trackingNumber}'::text[]
    from shipped where h.order_id = shipped.order_id and h.type = 'OrderShipped'
), forgotten_versions as (
    update orders_query_orderversion v set carrier = null, tracking_number = null
    from shipped where v.order_id = shipped.order_id
      and (v.carrier is not null or v.tracking_number is not null)
)"""

RENAME = f"""
with customer as materialized (
    select * from json_to_recordset(%s::json) as c
      (customer_id uuid, name text, email text, erased boolean)
), erased as materialized (
    select o.order_id, o.carrier, o.tracking_number
    from orders_query_orderreadmodel o join customer c
        on o.customer_id = c.customer_id
    where c.erased
), {FORGET_WORDS}
update orders_query_orderreadmodel o
set customer_name = c.name, customer_email = c.email,
    note = case when c.erased then null else o.note end,
    reason = case when c.erased then null else o.reason end,
    carrier = case when c.erased then null else o.carrier end,
    tracking_number = case when c.erased then null else o.tracking_number end
from customer c
where o.customer_id = c.customer_id and (
    (o.customer_name, o.customer_email) is distinct from (c.name, c.email)
    or c.erased and coalesce(o.note, o.reason, o.carrier, o.tracking_number)
        is not null)
"""

# What was said when an event of an erased customer's was retried or skipped.
FORGET_REASONS = """
update orders_query_parkeddecision d set reason = ''
where d.reason <> '' and (d.stream_id = any(%(customers)s) or exists (
    select from orders_query_orderreadmodel o
    where o.order_id = d.stream_id and o.customer_id = any(%(customers)s)))
"""

LARGE = """
select customer_id from orders_query_customertotals
where customer_id = any(%s) and order_count > %s
"""

RENAME_PART = f"""
with part as materialized (
    select order_id, created_at, carrier, tracking_number
    from orders_query_orderreadmodel
    where customer_id = %(customer_id)s
      and (created_at, order_id) < (%(at)s::timestamptz, %(order_id)s)
    order by created_at desc, order_id desc limit %(part)s
), erased as (
    select order_id, carrier, tracking_number from part where %(erased)s
), {FORGET_WORDS}, renamed as (
    update orders_query_orderreadmodel o
    set customer_name = %(name)s, customer_email = %(email)s,
        note = case when %(erased)s then null else o.note end,
        reason = case when %(erased)s then null else o.reason end,
        carrier = case when %(erased)s then null else o.carrier end,
        tracking_number = case when %(erased)s then null else o.tracking_number end
    from part where o.order_id = part.order_id
)
select created_at, order_id from part order by created_at, order_id limit 1
"""

# Half-way through the first migrations the table is another one.
IS_MADE = """
select exists (select from pg_attribute where attname = 'fresh_at'
               and attrelid = to_regclass('orders_query_checkpoint'))
"""
BEGIN_MISSING = """
insert into orders_query_checkpoint (name, position, hash)
select name, 0, '' from unnest(%s::text[]) name
on conflict (name) do nothing
"""
MOVE = """-- prepared
update orders_query_checkpoint
set position = %(position)s, hash = %(hash)s, moved_at = clock_timestamp(),
    fresh_at = greatest(fresh_at, %(fresh_at)s), tries = %(tries)s, halted = ''
where name = %(name)s
"""

# The pulse of an idle system; only if nobody has moved on meanwhile.
FRESHEN = """-- prepared
update orders_query_checkpoint
set fresh_at = greatest(fresh_at, %(fresh_at)s), halted = ''
where name = %(name)s and position = %(position)s
"""

PARKED_STREAMS = """
select distinct stream_id from orders_query_parkedevent
where projection = %s and stream_id = any(%s)
"""

PARK = """
with parked as (
    insert into orders_query_parkedevent
      (projection, position, stream_id, version, type, error, tries, parked_at,
       tried_at)
    values (%(name)s, %(position)s, %(stream_id)s, %(version)s, %(type)s, %(error)s,
            %(tries)s, clock_timestamp(),
            case when %(tries)s > 0 then clock_timestamp() end)
)
update orders_query_checkpoint set parked = parked + 1 where name = %(checkpoint)s
"""

MARK_PARKED = """
update orders_query_orderreadmodel set parked = true
where order_id = %s and not parked
"""

# Of customers, in the set that is in use.
ERASE = f"""
with erased as materialized (
    select order_id, carrier, tracking_number from orders_query_orderreadmodel
    where customer_id = any(%s)
), {FORGET_WORDS}
update orders_query_orderreadmodel
set customer_name = null, customer_email = null, note = null, reason = null,
    carrier = null, tracking_number = null
where customer_id = any(%s)
"""

MARK_IF_PARKED = """
update orders_query_orderreadmodel
set parked = exists (
    select from orders_query_parkedevent where projection = %s and stream_id = %s)
where order_id = %s
"""

WAITING = """
select * from (
    select distinct on (p.projection, p.stream_id)
           p.projection as name, p.stream_id, p.position, p.version, p.type, p.error,
           p.tries,
           (count(*) over (partition by p.projection, p.stream_id))::int - 1 as behind
    from orders_query_parkedevent p
    where %(name)s in ('', p.projection)
      and (%(stream_id)s::uuid is null or p.stream_id = %(stream_id)s)
    order by p.projection, p.stream_id, p.position
) first order by position, name
"""

HOLD = "select from orders_query_checkpoint where name = %s for update"

TAKE = """
with taken as (
    delete from orders_query_parkedevent where projection = %s and position = %s
    returning projection
)
update orders_query_checkpoint c set parked = c.parked - 1 from taken
where c.name = %s returning c.parked
"""

LEAVE_OUT = """
update orders_query_orderreadmodel set version = %s where order_id = %s
"""

KEEP_DECISION = """
insert into orders_query_parkeddecision
  (at, actor, action, reason, projection, position, stream_id, version, outcome)
values (clock_timestamp(), %(actor)s, %(action)s, %(reason)s, %(name)s, %(position)s,
        %(stream_id)s, %(version)s, %(outcome)s)
returning id
"""

COUNT_TRY = """
update orders_query_parkedevent set tries = tries + 1, tried_at = clock_timestamp()
where projection = %s and position = %s
"""

CONCLUDE = "update orders_query_parkeddecision set outcome = %s where id = %s"

NOTE_ERROR = """
update orders_query_parkedevent set error = %s where projection = %s and position = %s
"""
