"""The rows that `rewriting` rewrites, and the variants it compares."""

# Names, totals and times as orders have them; ids grow with time as UUIDv7 does.
_ID = """(lpad(to_hex(1750000000000 + %(n)s::bigint * 30), 12, '0') || '7'
  || substr(md5(%(n)s::text), 1, 3) || '8' || substr(md5(%(n)s::text), 4, 15))::uuid"""

ORDERS = {
    1: f"""insert into orders_command_order (id, order_number, customer_id, reference,
             currency, total, status, version, head_hash, created_at, last_updated_at)
           values ({_ID}, upper(to_hex(%(n)s::bigint + 1000000)),
             md5((%(n)s::bigint %% 5000)::text)::uuid,
             case when %(n)s::bigint %% 3 = 0 then 'web-' || %(n)s::text end, 'USD',
             99.90, 'PENDING', %(version)s, sha256('a'), now(), now())""",
    2: f"""update orders_command_order set status = 'CONFIRMED', version = %(version)s,
             total = 99.90, head_hash = sha256('b'), last_updated_at = now()
           where id = {_ID} and version = %(version)s - 1""",
}

EVENTS = (
    """
set session_replication_role = replica;
insert into customers_customer (id, version, name, email, created_at, position)
select md5(n::text)::uuid, 1, (array['Ada', 'Alan', 'Grace', 'Edsger'])[n %% 4 + 1]
         || ' ' || initcap(translate(md5(n::text), '0123456789',
                                     'ghijklmnop'))::char(9),
       substr(md5(n::text), 1, 9) || '@example.org', now(), 0
from generate_series(0, 4999) n;
insert into orders_command_event (position, id, order_id, version, type, shape, data,
  actor, request_id, occurred_at, recorded_at, previous_hash, hash)
overriding system value
select row_number() over (order by p), uuidv7(), (lpad(to_hex(1750000000000 + n * 30),
         12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
         || substr(md5(n::text), 4, 15))::uuid,
       v, type, 1, data, 'system:bench', 'bench-' || p,
       now() - interval '90 days' + p * interval '90 days' / (%(orders)s * 4), now(),
       sha256(p::text::bytea), sha256((p + 1)::text::bytea)
from (
  select p, n, v, case v when 1 then 'OrderCreated' when 2 then 'OrderConfirmed'
           when 3 then 'OrderShipped' else 'OrderDelivered' end as type,
         case v when 1 then jsonb_strip_nulls(jsonb_build_object(
           'customer_id', md5((n %% 5000)::text)::uuid,
           'order_number', upper(to_hex(n + 1000000)), 'currency', 'USD',
           'reference', case when n %% 3 = 0 then 'web-' || n end, 'note_id', null,
           'items', jsonb_build_array(
             jsonb_build_object('product_id', 'p-' || n %% 2000, 'quantity', 2,
                                'price', '13.90'),
             jsonb_build_object('product_id', 'p-' || n * 7 %% 2000, 'quantity', 1,
                                'price', '99.90'),
             jsonb_build_object('product_id', 'p-' || n * 31 %% 2000, 'quantity', 3,
                                'price', '5.90'))))
         when 3 then jsonb_build_object('carrier', 'DHL', 'tracking_number', 'T' || n)
         else '{}' end as data
  from (select p, p %% 4 + 1 as v, p / 4 - case p %% 4 when 0 then 0 when 1 then 300
          when 2 then 3000 else 15000 end as n
        from generate_series(0, %(orders)s * 4 - 1) p) placed
  where n >= 0
) e order by p;
""",
    "vacuum (freeze, analyze) orders_command_event",
    "set session_replication_role = origin",
)

RESET_QUERY = """
truncate orders_query_orderreadmodel, orders_query_orderhistory,
  orders_query_orderversion, orders_query_customertotals, orders_query_statuscounts,
  orders_query_dailysales, orders_query_productsales;
update orders_query_checkpoint set position = 0, hash = '', tries = 0, fresh_at = null;
"""


def _fill(table: str, percent: int, before: int = 100) -> tuple[str, str]:
    change = f"alter table {table} set (fillfactor = {{}})"
    return change.format(percent), change.format(before)


def _both(*pairs: tuple[str, str]) -> tuple[str, str]:
    return "; ".join(do for do, _ in pairs), "; ".join(undo for _, undo in pairs)


_ROWS = "orders_query_orderreadmodel"
_GINS = ("orders_customer_name", "orders_customer_email", "orders_products")


def _gin(option: str, value: str) -> tuple[str, str]:
    return _both(
        *(
            (
                f"alter index {name} set ({option} = {value})",
                f"alter index {name} reset ({option})",
            )
            for name in _GINS
        )
    )


_NO_TRIGRAMS = ("drop index if exists orders_customer_name, orders_customer_email", "")
_NO_PRODUCTS = ("drop index if exists orders_products", "")
_NO_REFERENCE = ("drop index if exists orders_with_reference", "")
_FULL = _both(
    _fill("orders_query_customertotals", 100, 80),
    _fill("orders_query_productsales", 100, 80),
)

# Those that drop an index come last: nothing makes it again.
VARIANTS: dict[str, tuple[str, str]] = {
    "command": ("", ""),
    "command, fill 90": _fill("orders_command_order", 90),
    "command, fill 80": _fill("orders_command_order", 80),
    "command, fill 70": _fill("orders_command_order", 70),
    "command, fill 60": _fill("orders_command_order", 60),
    "command, fill 50": _fill("orders_command_order", 50),
    "query": ("", ""),
    "query, rows 85": _fill(_ROWS, 85),
    "query, rows 70": _fill(_ROWS, 70),
    "query, small tables full": _FULL,
    "query, gin slow": _gin("fastupdate", "off"),
    "query, gin 1 MB": _gin("gin_pending_list_limit", "1024"),
    "query, gin 16 MB": _gin("gin_pending_list_limit", "16384"),
    "query, no reference": _NO_REFERENCE,
    "query, no products": _NO_PRODUCTS,
    "query, no trigrams": _NO_TRIGRAMS,
}
