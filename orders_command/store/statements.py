"""The SQL of the store: one statement a command, guards first."""

# ruff: noqa: S608 - put together from constants, never from input

TAKE_KEY = """
select pg_try_advisory_xact_lock(
         hashtextextended(%(caller)s::text || chr(31) || %(key)s::text, 0))
"""

RECALL = """
select r.fingerprint, r.order_id, r.customer_id, r.status, r.version, r.position,
       o.order_number
from orders_command_idempotencyrecord r
left join orders_command_order o on o.id = r.order_id
where r.caller = %(caller)s and r.key = %(key)s
"""

LOAD = """
select customer_id, order_number, reference, currency, total, status, version,
       head_hash, last_updated_at
from orders_command_order
where id = %s
"""

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
    select %(caller)s, %(key)s, %(fingerprint)s, {order_id}, {customer_id}, {status},
           %(version)s, max(logged.position)
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
      and c.id = %(customer_id)s and c.erased_at is null
    for share of c
), logged as ("""
    + INSERT_EVENTS.format(order_id="saved.id", customer_id="null", source="saved,")
    + "), receipt as ("
    + KEEP_RECEIPT.format(
        order_id="%(order_id)s::uuid", customer_id="null", status="%(status)s"
    )
    + ")"
)

# The customer's row is locked for share so that an erasure either comes first and is
# seen here, or waits and finds this order.
CREATE = (
    """
with customer as materialized (
    select id, erased_at from customers_customer
    where id = %(customer_id)s for share
), saved as (
    insert into orders_command_order
      (id, order_number, customer_id, reference, currency, total, status, version,
       head_hash, created_at, last_updated_at)
    select %(order_id)s, %(order_number)s, customer.id, %(reference)s, %(currency)s,
           %(total)s, %(status)s, %(version)s, decode(%(head)s, 'hex'), %(at)s, %(at)s
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
select (select max(position) from logged),
       exists (select from customer),
       exists (select from customer where erased_at is not null)
"""
)

# The guard on the version comes before everything else: a lost race leaves no trace.
ADVANCE = (
    """
with saved as (
    update orders_command_order
    set status = %(status)s, version = %(version)s, total = %(total)s,
        head_hash = decode(%(head)s, 'hex'), last_updated_at = %(at)s
    where id = %(order_id)s and version = %(before)s
    returning id
)"""
    + ORDER_TAIL
    + """
select (select max(position) from logged)
"""
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
delete from orders_command_orderremark r
using orders_command_order o
where o.id = r.order_id and o.customer_id = %s
"""
