"""Fills the read tables with a shop's two years, in the database and without a log.

The order of the rows is the projector's, so that they lie on disk as it leaves them.
"""

import time
from itertools import product
from typing import Any

import psycopg

CUSTOMERS = 50_000
PRODUCTS = 2_000
TABLES = (
    "orders_query_orderreadmodel",
    "orders_query_orderhistory",
    "orders_query_orderversion",
    "orders_query_customertotals",
    "orders_query_statuscounts",
    "orders_query_dailysales",
    "orders_query_productsales",
)
FIRST = """Ada Alan Anna Barbara Bjarne Carol Charles Claude Dana Donald Edsger Edith
    Emma Frances Grace Guido Hanna Heinz Ida Ivan Jean Joan Johanna John Karen Kathleen
    Ken Konrad Leslie Margaret Maria Marianne Mary Niklaus Olga Peter Radia Rosa Sophie
    Tony""".split()
LAST = """Anderson Johnson Smith Jackson Wilson Thompson Martin Garcia Miller Davis
    Brown Jones Taylor Moore Lee White Harris Clark Lewis Young Walker Hall Allen King
    Wright Scott Green Baker Adams Nelson Carter Mitchell Roberts Turner Phillips
    Campbell Parker Evans Edwards Collins Stewart Sanchez Morris Rogers Reed Cook Morgan
    Bell Murphy Bailey Rivera Cooper Richardson Cox Howard Ward Torres Peterson Gray
    Ramirez Watson Brooks Kelly Sanders Price Bennett Wood Barnes Ross Henderson Coleman
    Jenkins Perry Powell Long Patterson Hughes Flores Washington Butler Simmons Foster
    Bryant Alexander Russell Griffin Diaz Hayes""".split()


def fill(connection: psycopg.Connection, orders: int) -> None:
    """Fill the tables, unless they hold that many orders already."""
    found = connection.execute(
        "select sum(orders) from orders_query_statuscounts"
    ).fetchone()
    if found and found[0] == orders:
        return
    values = {
        "orders": orders,
        "customers": CUSTOMERS,
        "products": PRODUCTS,
        "names": [f"{first} {last}" for first, last in product(FIRST, LAST)],
    }
    connection.execute("set work_mem = '256MB'; set maintenance_work_mem = '512MB'")
    connection.execute("set max_parallel_workers_per_gather = 0; select setseed(0.5)")
    with connection.transaction():
        connection.execute(f"truncate {', '.join(TABLES)}")
        indexes = _drop_indexes(connection)
        for sql in (_NAMES, _CUSTOMERS, _ORDERS, _EVENTS, *_READ_TABLES):
            _timed(connection, sql, values)
        for sql in indexes:
            _timed(connection, sql, {})
        connection.execute(
            "drop table bench_event, bench_order, bench_customer, bench_name"
        )
    _timed(connection, "vacuum (analyze, freeze)", {})
    connection.execute("checkpoint")


def _drop_indexes(connection: psycopg.Connection) -> list[str]:
    """Drop what is no constraint, and return how to make it again."""
    found = connection.execute(
        "select indexname, indexdef from pg_indexes i where tablename = any(%s) and not"
        " exists (select from pg_constraint c where c.conname = i.indexname)",
        [list(TABLES)],
    ).fetchall()
    for name, _ in found:
        connection.execute(f'drop index "{name}"')
    return [definition for _, definition in found]


def _timed(connection: psycopg.Connection, sql: str, values: dict[str, Any]) -> None:
    began = time.monotonic()
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(sql, values or None)
    line = " ".join(sql.split())[:60]
    print(f"{time.monotonic() - began:6.1f} s  {line}", flush=True)


_NAMES = """
create unlogged table bench_name as
select row_number() over (order by random()) - 1 as n, name
from unnest(%(names)s::text[]) as name
"""

# The first three order by the ten thousand; one in two thousand has a rare name.
_CUSTOMERS = """
create unlogged table bench_customer as
select c.n, uuidv7(interval '-800 days' + c.n * interval '1 second') as id,
       case when c.n %% 2000 = 77 then 'Zo Xanthopoulou' else b.name end as name,
       lower(replace(b.name, ' ', '.')) || c.n || case c.n %% 3
         when 0 then '@example.org' when 1 then '@example.com' else '@mail.example'
         end as email
from (select n, floor(power(random(), 1.7) * (select count(*) from bench_name))
        as name from generate_series(1, %(customers)s) n) c
join bench_name b on b.n = c.name;
create unique index on bench_customer (n)
"""

# One in twenty is cancelled, one in five hundred is forgotten in some state.
_ORDERS = """
create unlogged table bench_order as
with placed as (
  select n, statement_timestamp() - interval '730 days' * (1 - n / %(orders)s::float8)
           - interval '20 seconds' * random() as created_at,
         case when dice < 0.03 then 1 when dice < 0.05 then 2 when dice < 0.06 then 3
              else 4 + floor((%(customers)s - 4) * power(random(), 1.5))
         end as customer,
         random() as end_dice, interval '1 hour' * exp(4 * random()) as until_confirmed,
         interval '1 day' * (0.5 + 2.5 * random()) as until_shipped,
         interval '1 day' * (1 + 4 * random()) as until_delivered,
         case when random() < 0.1 then 'EUR' else 'USD' end as currency,
         random() < 0.4 as has_reference
  from (select n, random() as dice from generate_series(1, %(orders)s) n) d
), bought as (
  select n, jsonb_agg(jsonb_build_object('productId', product, 'quantity', quantity,
             'price', price, 'total', price * quantity)) as items,
         sum(price * quantity) as total
  from (select n, 'p-' || lpad(floor(%(products)s * power(random(), 2))::text, 4, '0')
             as product, 1 + floor(4 * power(random(), 3))::int as quantity,
           (2 + floor(200 * power(random(), 3)))::numeric + 0.90 as price
        from generate_series(1, %(orders)s) n, generate_series(1, 3)) line group by n
)
select p.n, uuidv7(p.created_at - clock_timestamp()) as id, p.created_at,
       c.id as customer_id,
       c.name, c.email, p.currency, b.items, b.total,
       upper(substr(md5(p.n::text), 1, 4) || '-' || lpad(to_hex(p.n), 5, '0'))
         as order_number,
       case when has_reference then 'web-' || p.n end as reference,
       case when end_dice < 0.001 or end_dice between 0.05 and 0.08 then null
            else created_at + until_confirmed end as confirmed_at,
       case when end_dice < 0.0015 or end_dice between 0.03 and 0.08 then null
            else created_at + until_confirmed + until_shipped end as shipped_at,
       case when end_dice < 0.002 or end_dice between 0.03 and 0.08 then null
            else created_at + until_confirmed + until_shipped + until_delivered
            end as delivered_at,
       case when end_dice between 0.03 and 0.08
            then created_at + until_confirmed * 1.3 end as cancelled_at
from placed p join bought b using (n) join bench_customer c on c.n = p.customer
order by p.n;
create unique index on bench_order (n)
"""

# Positions follow those of the customers' registrations.
_EVENTS = """
create unlogged table bench_event as
select e.*, %(customers)s + row_number() over (order by at, n, version) as position,
       lead(at) over (partition by n order by version) as valid_until
from (
  select o.n, row_number() over (partition by o.n order by s.at) as version,
         s.type, s.status, s.at
  from bench_order o, lateral (values
    ('OrderCreated', 'PENDING', o.created_at),
    ('OrderConfirmed', 'CONFIRMED', o.confirmed_at),
    ('OrderShipped', 'SHIPPED', o.shipped_at),
    ('OrderDelivered', 'DELIVERED', o.delivered_at),
    ('OrderCancelled', 'CANCELLED', o.cancelled_at)) as s (type, status, at)
  where s.at <= statement_timestamp()
) e order by position
"""

_READ_TABLES = (
    """
insert into orders_query_orderreadmodel
  (order_id, order_number, reference, customer_id, customer_name, customer_email,
   item_count, total, currency, status, version, created_at, last_updated_at, items,
   note, reason, carrier, tracking_number)
select o.id, o.order_number, o.reference, o.customer_id, o.name, o.email, 3, o.total,
       o.currency, e.status, e.version, o.created_at, e.at, o.items,
       case when o.n %% 20 = 0 then 'Leave it with the neighbour.' end,
       case when e.status = 'CANCELLED' then 'Changed my mind.' end,
       case when shipped_at <= e.at then 'DHL' end,
       case when shipped_at <= e.at then 'T' || o.n end
from bench_order o join bench_event e on e.n = o.n and e.valid_until is null
order by o.n
""",
    """
insert into orders_query_orderhistory
  (order_id, version, position, type, at, actor, data, customer_id, status, rung_at,
   applied_at)
select o.id, e.version, e.position, e.type, e.at, 'user:' || o.customer_id,
       case e.type
         when 'OrderCreated' then jsonb_build_object('customerId', o.customer_id,
           'orderNumber', o.order_number, 'currency', o.currency, 'total', o.total,
           'items', o.items)
         when 'OrderShipped' then jsonb_build_object('carrier', 'DHL',
           'trackingNumber', 'T' || o.n)
         else '{}' end,
       o.customer_id, e.status, e.at, e.at
from bench_event e join bench_order o using (n) order by e.position
""",
    """
insert into orders_query_orderversion
  (order_id, version, validity, item_count, total, status, last_updated_at, carrier,
   tracking_number)
select o.id, e.version, tstzrange(e.at, e.valid_until), 3, o.total, e.status, e.at,
       case when e.status = 'SHIPPED' then 'DHL' end,
       case when e.status = 'SHIPPED' then 'T' || o.n end
from bench_event e join bench_order o using (n)
where e.valid_until is not null order by e.valid_until
""",
    """
insert into orders_query_customertotals
  (customer_id, version, order_count, open_orders, lifetime, first_order_at,
   last_order_at)
select c.id, 1, coalesce(sum(s.orders), 0), coalesce(sum(s.open), 0),
       coalesce(jsonb_object_agg(s.currency, s.value::text) filter (where s.orders > 0),
                '{}'), min(s.first), max(s.last)
from bench_customer c left join (
  select customer_id, currency, count(*) as orders, min(created_at) as first,
         count(*) filter (where status not in ('DELIVERED', 'CANCELLED')) as open,
         sum(case when status = 'CANCELLED' then 0.00 else total end) as value,
         max(created_at) as last
  from orders_query_orderreadmodel group by 1, 2) s on s.customer_id = c.id
group by c.id
""",
    """
insert into orders_query_statuscounts (status, orders)
select status, count(*) from orders_query_orderreadmodel group by 1
""",
    """
insert into orders_query_dailysales (day, currency, orders, cancelled, revenue)
select (created_at at time zone 'UTC')::date, currency, count(*),
       count(*) filter (where status = 'CANCELLED'),
       coalesce(sum(total) filter (where status <> 'CANCELLED'), 0.00)
from orders_query_orderreadmodel group by 1, 2 order by 1, 2
""",
    """
insert into orders_query_productsales
  (day, product_id, currency, quantity, orders, revenue)
select (o.created_at at time zone 'UTC')::date, i."productId", o.currency,
       sum(i.quantity), count(distinct o.order_id), sum(i.total)
from orders_query_orderreadmodel o,
  lateral jsonb_to_recordset(o.items)
    as i ("productId" text, quantity bigint, total numeric)
where o.status <> 'CANCELLED' group by 1, 2, 3 order by 1, random()
""",
    """
update orders_query_checkpoint
set position = (select max(position) from orders_query_orderhistory), hash = '\\x01',
    fresh_at = statement_timestamp(), moved_at = statement_timestamp()
""",
)
