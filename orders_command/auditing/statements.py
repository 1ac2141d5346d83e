"""The SQL of the audit; nothing here writes."""

_RANGE = "{0} > %(after)s and (%(up_to)s::uuid is null or {0} <= %(up_to)s)"


def _in_range(question: str, column: str) -> bytes:
    return question.format(range=_RANGE.format(column)).encode()


_EVENT_COLUMNS = """
select position, coalesce(order_id, customer_id), version, type, shape, data::text,
       actor, request_id, occurred_at, recorded_at, hash, previous_hash, id
from orders_command_event where {range} order by 2, version
"""
ORDER_EVENTS = _in_range(_EVENT_COLUMNS, "order_id")
CUSTOMER_EVENTS = _in_range(_EVENT_COLUMNS, "customer_id")
ORDERS = _in_range(
    """select id, customer_id, order_number, reference, currency, total, status,
              version, head_hash, created_at, last_updated_at
       from orders_command_order where {range}""",
    "id",
)
CUSTOMERS = _in_range(
    """select id, version, erased_at, position, name is not null or email is not null
         as has_words
       from customers_customer where {range}""",
    "id",
)
ITEMS = _in_range(
    """select order_id, line, product_id, quantity, price
       from orders_command_orderitem where {range} order by order_id, line""",
    "order_id",
)
NEXT_ORDER = b"""
select id from orders_command_order where id > %s order by id offset %s limit 1
"""
NEXT_CUSTOMER = b"""
select id from customers_customer where id > %s order by id offset %s limit 1
"""
_ENDS = """
select low.id, high.id from (select id from {0} order by id limit 1) low,
     (select id from {0} order by id desc limit 1) high
"""
ORDER_IDS = _ENDS.format("orders_command_order").encode()
CUSTOMER_IDS = _ENDS.format("customers_customer").encode()
REMARKS = b"select id, text from orders_command_orderremark where id = any(%s)"
CARDS = b"select id, name, email, position from customers_customer where id = any(%s)"

REMARKS_OF_ORDERS = _in_range(
    "select order_id, id from orders_command_orderremark where {range}", "order_id"
)
# How orders were shipped, and notes that were added: what the feed puts into events.
WORDS = _in_range(
    """select r.id::text, r.text
       from orders_command_orderremark r
       join orders_command_event e on e.order_id = r.order_id
        and (e.type = 'OrderShipped' and e.data->>'shipment_id' = r.id::text
             or e.type = 'OrderNoteAdded' and e.data->>'note_id' = r.id::text)
       where {range}""",
    "r.order_id",
)
ERASED = b"""
select id from customers_customer where id = any(%s) and erased_at is not null
"""

# What was placed up to a position, and whether it was cancelled; without some events.
# Of an amended order each of its contents is there: `counts` is that of now.
_PLACED = """
with amended as (
    select order_id, version, data->'items' as items from orders_command_event
    where type = 'OrderItemsAmended' and position <= %(up_to)s
      and position <> all(%(without)s)
), created as (
    select e.order_id, (e.occurred_at at time zone 'UTC')::date as day,
           e.data->>'currency' as currency, e.version, e.data->'items' as items,
           c.order_id is not null as is_cancelled, a.version as last_version
    from orders_command_event e
    left join (
        select order_id from orders_command_event
        where type = 'OrderCancelled' and position <= %(up_to)s
          and position <> all(%(without)s)
    ) c on c.order_id = e.order_id
    left join (
        select order_id, max(version) as version from amended group by order_id
    ) a on a.order_id = e.order_id
    where e.type = 'OrderCreated' and e.position <= %(up_to)s
      and e.position <> all(%(without)s)
      and (%(day)s::date is null
           or (e.occurred_at at time zone 'UTC')::date = %(day)s)
), placed as (
    select order_id, day, currency, items, is_cancelled,
           last_version is null as counts
    from created
    union all
    select c.order_id, c.day, c.currency, a.items, c.is_cancelled,
           a.version = c.last_version
    from amended a join created c on c.order_id = a.order_id
)
"""
_LINE = "as i (product_id text, quantity bigint, price numeric)"
DAILY_SALES = f"""{_PLACED}
select day, currency, count(*) as orders,
       count(*) filter (where is_cancelled) as cancelled,
       sum(case when is_cancelled then 0 * total else total end)::text as revenue
from placed, lateral (
    select sum(quantity * price) as total from jsonb_to_recordset(items) {_LINE}) o
where counts
group by day, currency order by day
""".encode()  # noqa: S608 - built from constants
PRODUCT_SALES = f"""{_PLACED}
select day, product_id, currency,
       coalesce(sum(quantity) filter (where is_sold), 0)::bigint as quantity,
       count(distinct order_id) filter (where is_sold) as orders,
       sum(case when is_sold then quantity * price else 0 * price end)::text as revenue
from placed, jsonb_to_recordset(items) {_LINE},
     lateral (select counts and not is_cancelled as is_sold) s
group by day, product_id, currency order by day
""".encode()  # noqa: S608 - built from constants
