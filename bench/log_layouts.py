"""The ways in which the log could be laid out, each with its own statements."""

from dataclasses import dataclass

RANGES, RANGE = 5, 2_500_000
HASHES = 8

# Four events a stream: placed, confirmed soon, shipped later, delivered much later.
# Ids are those of UUIDv7: they grow with time.
STREAMS = """
create sequence log_position;
create function stream_id(n bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex(1750000000000 + n * 30), 12, '0') || '7'
            || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid
$$;
"""

_COLUMNS = """
  position bigint not null default nextval('log_position'), id uuid not null,
  order_id uuid, customer_id uuid, version int not null check (version >= 0),
  type varchar(64) not null, shape smallint not null, data jsonb not null,
  actor varchar(64) not null, request_id varchar(64) not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null default now(),
  previous_hash bytea not null, hash bytea not null
"""

_FILL = """
select p, stream_id(p), stream_id(n), v, type, 1, data::jsonb, 'system:bench',
       'bench-' || p, now(), now(), sha256(p::text::bytea), sha256((p + 1)::text::bytea)
from (
  select p, p / 4 + 1 - case p %% 4 when 0 then 0 when 1 then 300 when 2 then 3000
         else 15000 end as n, p %% 4 + 1 as v,
         case p %% 4 when 0 then 'OrderCreated' when 1 then 'OrderConfirmed'
         when 2 then 'OrderShipped' else 'OrderDelivered' end as type,
         case p %% 4 when 0 then '{
           "customer_id": "0197f3a0-0000-7000-8000-000000000000",
           "order_number": "AB12-00001", "reference": null, "currency": "USD",
           "note_id": null, "items": [
           {"product_id": "p-0001", "quantity": 2, "price": "13.90"},
           {"product_id": "p-0502", "quantity": 1, "price": "99.90"},
           {"product_id": "p-1903", "quantity": 3, "price": "5.90"}]}'
         when 2 then '{"carrier": "DHL", "tracking_number": "T0012345"}' else '{}' end
         as data
  from generate_series(%(first)s::bigint, %(last)s::bigint) p
) e where n > 0 order by p
"""
_NAMES = """(position, id, order_id, version, type, shape, data, actor, request_id,
             occurred_at, recorded_at, previous_hash, hash)"""
_APPEND = f"""
insert into log {_NAMES}
values (nextval('log_position'), uuidv7(), stream_id(%(stream)s), %(version)s,
        'OrderConfirmed', 1, '{{}}', 'system:bench', 'bench', now(), now(),
        sha256('a'), sha256('b'))
returning position
"""
_APPEND_ALL = _APPEND.replace("returning position", "returning *")
_FEED = """
select position, coalesce(order_id, customer_id), version, type, shape, data::text,
       actor, request_id, occurred_at, recorded_at, hash
from log where position > %(after)s order by position limit %(limit)s
"""
_STREAM = """
select position, version, type, data::text, hash from log
where order_id = stream_id(%(stream)s) order by version
"""
_GO_FAR = f"select setval('log_position', {RANGES * RANGE - 10})"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One way; `go_far` moves to where a double could slip in."""

    name: str
    tables: str
    measured: tuple[str, ...]
    fill: str = f"insert into log {_NAMES} {_FILL}"
    append: str = _APPEND
    feed: str = _FEED
    stream: str = _STREAM
    forget: str = "delete from log where position > %s"
    go_far: str = _GO_FAR


_ONE = f"""
create table log ({_COLUMNS}, constraint log_pkey primary key (position));
create unique index log_stream on log (order_id, version){{where_order}};
create unique index log_customer on log (customer_id, version){{where_customer}};
"""
_RANGES = "\n".join(
    f"create table log_{n} partition of log"
    f" for values from ({n * RANGE}) to ({(n + 1) * RANGE});"
    for n in range(RANGES)
)
_HASHES = "\n".join(
    f"create table log_{n} partition of log"
    f" for values with (modulus {HASHES}, remainder {n});"
    for n in range(HASHES)
)
_MEASURED = ("log", "log_pkey", "log_stream", "log_customer")

LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout(
            name="one",
            tables=_ONE.format(where_order="", where_customer=""),
            measured=_MEASURED,
        ),
        Layout(
            name="one-partial",
            tables=_ONE.format(
                where_order=" where order_id is not null",
                where_customer=" where customer_id is not null",
            ),
            measured=_MEASURED,
        ),
        Layout(
            name="ranges",
            tables=f"""
            create table log ({_COLUMNS}, constraint log_pkey primary key (position))
              partition by range (position);
            create index log_stream on log (order_id, version);
            {_RANGES}""",
            measured=_MEASURED,
        ),
        # What keeps a version once is a table of its own then.
        Layout(
            name="ranges-and-guard",
            tables=f"""
            create table log ({_COLUMNS}, constraint log_pkey primary key (position))
              partition by range (position);
            {_RANGES}
            create table guard (stream uuid, version int, position bigint not null,
              constraint guard_pkey primary key (stream, version));""",
            measured=(*_MEASURED, "guard", "guard_pkey"),
            fill=f"""with logged as (insert into log {_NAMES} {_FILL}
                       returning order_id, version, position)
                     insert into guard select * from logged""",
            append=f"""with logged as ({_APPEND_ALL})
                       insert into guard select order_id, version, position
                       from logged returning position""",
            forget="""with gone as (delete from log where position > %s
                        returning order_id, version)
                      delete from guard g using gone
                      where (g.stream, g.version) = (gone.order_id, gone.version)""",
            stream="""select l.position, l.version, l.type, l.data::text, l.hash
                      from guard g join log l using (position)
                      where g.stream = stream_id(%(stream)s) order by g.version""",
        ),
        Layout(
            name="hashes",
            tables=f"""
            create table log ({_COLUMNS}) partition by hash (order_id);
            create unique index log_stream on log (order_id, version);
            create index log_pkey on log (position);
            {_HASHES}""",
            measured=_MEASURED,
        ),
    )
}
