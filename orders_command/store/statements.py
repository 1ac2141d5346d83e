"""
The SQL of the store: one statement a command, guards first.

A statement is its own transaction. Begin and commit beside it were two round trips
more, a quarter of a command's time; `-- prepared` lets PostgreSQL keep its plan.
"""

# ruff: noqa: S608 - put together from constants, never from input

# Tried, not awaited: an INSERT of the receipt would wait for the first request.
TAKE_KEY = """
pg_try_advisory_xact_lock(
    hashtextextended(%(caller)s::text || chr(31) || %(key)s::text, 0))
"""

RECEIPT = """
select r.fingerprint, r.order_id, r.customer_id, r.status, r.version, r.position,
       o.order_number
from orders_command_idempotencyrecord r
left join orders_command_order o on o.id = r.order_id
where r.caller = %(caller)s and r.key = %(key)s
"""

# One snapshot: an order that the key has moved is never seen without its receipt.
_LOAD = f"""-- prepared
select o.customer_id, o.order_number, o.reference, o.currency, o.total, o.status,
       o.version, o.head_hash, o.last_updated_at, {{items}}, receipt.*
from (select) as one
left join orders_command_order o on o.id = %(order_id)s
left join ({RECEIPT}) as receipt on true
"""
LOAD = _LOAD.format(items="null")
LOAD_WITH_ITEMS = _LOAD.format(
    items="""(
    select json_agg(json_build_array(i.product_id, i.quantity, i.price::text)
                    order by i.line)::text
    from orders_command_orderitem i where i.order_id = o.id)"""
)

# What the holder before us committed may be missing in this statement's snapshot: then
# the receipt, that is there once, refuses a second one, and the caller looks again.
TAKEN = f"""-- prepared
with taken as materialized (
    select case when %(key)s::text is null then true else {TAKE_KEY} end as is_free
)"""

INSERT_EVENTS = """
    insert into orders_command_event
      (id, order_id, customer_id, version, type, shape, data, actor, request_id,
       occurred_at, previous_hash, hash)
    select e.id, {order_id}, {customer_id}, e.version, e.type, e.shape, e.data,
           e.actor, e.request_id, e.occurred_at,
           decode(e.previous, 'hex'), decode(e.hash, 'hex')
    from {source} json_to_recordset(%(events)s::json) as e
      (id uuid, version int, type text, shape int, data jsonb, actor text,
       request_id text, occurred_at timestamptz, previous text, hash text)
    order by e.version
    returning position
"""

KEEP_RECEIPT = """
    insert into orders_command_idempotencyrecord
      (caller, key, fingerprint, order_id, customer_id, status, version, position)
    select %(caller)s, %(key)s::text, %(fingerprint)s::bytea, {order_id}, {customer_id},
           {status}, %(version)s::int, max(logged.position)
    from logged
    where %(key)s::text is not null
    having count(*) > 0
"""

# Of an erased customer no remark is kept; the lock makes an erasure wait and find it.
ORDER_TAIL = (
    """
, remark as (
    insert into orders_command_orderremark (id, order_id, text)
    select %(remark_id)s::uuid, saved.id, %(remark)s::text
    from saved, customers_customer c
    where %(remark_id)s::uuid is not null
      and c.id = %(customer_id)s::uuid and c.erased_at is null
    for share of c
), logged as ("""
    + INSERT_EVENTS.format(order_id="saved.id", customer_id="null", source="saved,")
    + "), receipt as ("
    + KEEP_RECEIPT.format(
        order_id="%(order_id)s::uuid", customer_id="null", status="%(status)s::text"
    )
    + ")"
)

# The customer's row is locked for share so that an erasure either comes first and is
# seen here, or waits and finds this order.
CREATE = (
    TAKEN
    + f""", earlier as materialized ({RECEIPT}), customer as materialized (
    select c.id, c.erased_at from taken, customers_customer c
    where taken.is_free and not exists (select from earlier)
      and c.id = %(customer_id)s::uuid
    for share of c
), saved as (
    insert into orders_command_order
      (id, order_number, customer_id, reference, currency, total, status, version,
       head_hash, created_at, last_updated_at)
    select %(order_id)s::uuid, %(order_number)s, customer.id, %(reference)s,
           %(currency)s, %(total)s::numeric, %(status)s::text, %(version)s::int,
           decode(%(head)s, 'hex'), %(at)s::timestamptz, %(at)s::timestamptz
    from customer where customer.erased_at is null
    returning id
), items as (
    insert into orders_command_orderitem (order_id, line, product_id, quantity, price)
    select saved.id, i.line, i.product_id, i.quantity, i.price
    from saved, json_to_recordset(%(items)s::json) as i
      (line int, product_id text, quantity int, price numeric)
)"""
    + ORDER_TAIL
    + """
select (select max(position) from logged), (select is_free from taken),
       exists (select from customer),
       exists (select from customer where erased_at is not null), earlier.*
from (select) as one left join earlier on true
"""
)

# The guard on the version comes before everything else: a lost race leaves no trace.
_SAVED = """, saved as (
    update orders_command_order
    set status = %(status)s::text, version = %(version)s::int,
        total = %(total)s::numeric, head_hash = decode(%(head)s, 'hex'),
        last_updated_at = %(at)s::timestamptz
    from {guards}
    where {allowed} and id = %(order_id)s::uuid and version = %(before)s
    returning id
)"""
_GUARDED = TAKEN + _SAVED.format(guards="taken", allowed="taken.is_free")
_DONE = """
select (select max(position) from logged), (select is_free from taken)
"""
ADVANCE = _GUARDED + ORDER_TAIL + _DONE

# What is nothing but words is refused once the customer is erased; the lock as above.
ANNOTATE = (
    TAKEN
    + """, customer as materialized (
    select c.erased_at from taken, customers_customer c
    where taken.is_free and c.id = %(customer_id)s::uuid
    for share of c
)"""
    + _SAVED.format(guards="customer", allowed="customer.erased_at is null")
    + ORDER_TAIL
    + _DONE
    + ", exists (select from customer where erased_at is not null)"
)

# Lines are written over; no row is both written and deleted by one statement.
AMEND = (
    _GUARDED
    + """, items as (
    insert into orders_command_orderitem as kept
      (order_id, line, product_id, quantity, price)
    select saved.id, i.line, i.product_id, i.quantity, i.price
    from saved, json_to_recordset(%(items)s::json) as i
      (line int, product_id text, quantity int, price numeric)
    on conflict (order_id, line) do update
    set product_id = excluded.product_id, quantity = excluded.quantity,
        price = excluded.price
    where (kept.product_id, kept.quantity, kept.price)
      is distinct from (excluded.product_id, excluded.quantity, excluded.price)
), dropped as (
    delete from orders_command_orderitem i using saved
    where i.order_id = saved.id and i.line > json_array_length(%(items)s::json)
)"""
    + ORDER_TAIL
    + _DONE
)

# Nothing changes: the receipt is of the event that led to what the order is.
STAY = (
    TAKEN
    + """, logged as (
    select e.position from taken, orders_command_order o
    join orders_command_event e on e.order_id = o.id and e.version = o.version
    where taken.is_free and o.id = %(order_id)s::uuid and o.version = %(version)s
), receipt as ("""
    + KEEP_RECEIPT.format(
        order_id="%(order_id)s::uuid", customer_id="null", status="%(status)s::text"
    )
    + ")"
    + _DONE
)

CUSTOMER_HEAD = """
select hash, occurred_at from orders_command_event
where customer_id = %s order by version desc limit 1
"""

APPEND_CUSTOMER_EVENT = (
    "with logged as ("
    + INSERT_EVENTS.format(
        order_id="null", customer_id="%(customer_id)s::uuid", source=""
    )
    + "), receipt as ("
    + KEEP_RECEIPT.format(
        order_id="null", customer_id="%(customer_id)s::uuid", status="''"
    )
    + ") select max(position) from logged"
)

FORGET_REMARKS = """
with gone as (
    delete from orders_command_orderremark r
    using orders_command_order o
    where o.id = r.order_id and o.customer_id = %s
    returning r.id::text, r.order_id
)
select count(*) filter (where e.data->>'note_id' = gone.id),
       count(*) filter (where e.data->>'reason_id' = gone.id),
       count(*) filter (where e.data->>'shipment_id' = gone.id)
from gone join orders_command_event e on e.order_id = gone.order_id
"""
