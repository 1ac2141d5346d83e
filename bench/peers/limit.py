"""The limit for reads: a bare WSGI callable with one prepared statement a path.

No framework, no sign-in, no checks, and the JSON that PostgreSQL builds.
"""

import os
from collections.abc import Callable, Iterable
from threading import local
from typing import Any
from uuid import UUID

import psycopg

_OF = local()


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer /one/ID and /list/CUSTOMER."""
    _, kind, wanted = environ["PATH_INFO"].split("/")
    cursor = _cursor().execute(_STATEMENTS[kind], [UUID(wanted)], prepare=True)
    (body,) = cursor.fetchone() or ("",)
    content = body.encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(content))),
    ]
    start("200 OK", headers)
    return [content]


def _cursor() -> psycopg.Cursor[Any]:
    if not hasattr(_OF, "connection"):
        _OF.connection = psycopg.connect(os.environ["LIMIT_URL"], autocommit=True)
        _OF.cursor = _OF.connection.cursor()
    cursor: psycopg.Cursor[Any] = _OF.cursor
    return cursor


_TIME = """to_char({} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_QUOTED = {
    "orderId": "o.order_id",
    "orderNumber": "o.order_number",
    "customerId": "o.customer_id",
    "currency": "o.currency",
    "status": "o.status",
    "createdAt": _TIME.format("o.created_at"),
    "lastUpdatedAt": _TIME.format("o.last_updated_at"),
}
_ESCAPED = {
    "reference": "o.reference",
    "customerName": "o.customer_name",
    "customerEmail": "o.customer_email",
    "itemCount": "o.item_count",
    "total": "o.total",
    "version": "o.version",
}
_PARTS = [
    *(f"""'"{name}":"' || {value} || '"'""" for name, value in _QUOTED.items()),
    *(
        f"""'"{name}":' || coalesce(to_json({value})::text, 'null')"""
        for name, value in _ESCAPED.items()
    ),
]
_MEMBERS = " || ',' || ".join(_PARTS)
_STATEMENTS = {
    "one": f"""
select '{{' || {_MEMBERS} || ',"items":' || o.items::text || '}}'
from orders_query_orderreadmodel o where o.order_id = %s""",
    "list": f"""
select '[' || string_agg(body, ', ') || ']' from (
    select '{{' || {_MEMBERS} || '}}' as body
    from orders_query_orderreadmodel o where o.customer_id = %s
    order by o.created_at desc, o.order_id desc limit 50) as newest""",
}
