"""How the queries are described in the OpenAPI document."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from orders_query.api.parameters import MAX_LIMIT, ORDERINGS, STATUSES

_ID = {"type": "string", "format": "uuid"}
_TIME = {"type": "string", "format": "date-time"}
_MONEY = {"type": "number", "description": "With exactly the currency's digits."}
_TEXT = {"type": "string"}
_COUNT = {"type": "integer"}


_View = TypeVar("_View", bound=Callable[..., Any])


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


def _object(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


_SUMMARY: dict[str, Any] = {
    "orderId": _ID,
    "orderNumber": _TEXT,
    "reference": _or_null(_TEXT),
    "customerId": _ID,
    "customerName": _or_null(_TEXT),
    "customerEmail": _or_null(_TEXT),
    "itemCount": _COUNT,
    "total": _MONEY,
    "currency": _TEXT,
    "status": {"type": "string", "enum": list(STATUSES)},
    "version": _COUNT,
    "createdAt": _TIME,
    "lastUpdatedAt": _TIME,
}
_ITEM = _object(
    {"productId": _TEXT, "quantity": _COUNT, "price": _MONEY, "total": _MONEY}
)
_ORDER = _object(
    {
        **_SUMMARY,
        "items": {"type": "array", "items": _ITEM},
        **dict.fromkeys(
            ("note", "reason", "carrier", "trackingNumber"), _or_null(_TEXT)
        ),
    }
)
_EVENT = _object(
    {
        "version": _COUNT,
        "type": _TEXT,
        "at": _TIME,
        "actor": _TEXT,
        "position": _COUNT,
        "data": {"type": "object", "additionalProperties": True},
    }
)
_TOTALS = _object(
    {
        "customerId": _ID,
        "orderCount": _COUNT,
        "openOrders": _COUNT,
        "lifetimeValue": _MONEY,
        "currency": _TEXT,
        "firstOrderAt": _or_null(_TIME),
        "lastOrderAt": _or_null(_TIME),
    }
)
_SECONDS = {"type": ["number", "null"]}
_SYNC = _object(
    {
        "head": _or_null(_COUNT),
        "projections": {
            "type": "array",
            "items": _object(
                {
                    "name": _TEXT,
                    "position": _COUNT,
                    "head": _or_null(_COUNT),
                    "eventsBehind": _or_null(_COUNT),
                    "lagSeconds": _SECONDS,
                    "parked": _COUNT,
                }
            ),
        },
        "replicas": {
            "type": "array",
            "items": _object(
                {"name": _TEXT, "healthy": {"type": "boolean"}, "lagSeconds": _SECONDS}
            ),
        },
    }
)
_DAY_SALES = _object(
    {
        "date": {"type": "string", "format": "date"},
        "currency": _TEXT,
        "orders": _COUNT,
        "cancelled": _COUNT,
        "revenue": _MONEY,
    }
)
_PRODUCT_SALES = _object(
    {
        "productId": _TEXT,
        "currency": _TEXT,
        "quantity": _COUNT,
        "orders": _COUNT,
        "revenue": _MONEY,
    }
)
_COUNTS = {
    "type": "object",
    "properties": dict.fromkeys(STATUSES, _COUNT),
    "additionalProperties": False,
}
_LOGGED = _object(
    {
        "position": _COUNT,
        "orderId": _ID,
        "customerId": _ID,
        "version": _COUNT,
        "type": _TEXT,
        "at": _TIME,
        "actor": _TEXT,
        "data": {"type": "object", "additionalProperties": True},
    },
    "orderId",
    "customerId",
)
_CHANGE = _object(
    {
        "position": _COUNT,
        "orderId": _ID,
        "customerId": _ID,
        "version": _COUNT,
        "type": _TEXT,
        "status": {"type": "string", "enum": list(STATUSES)},
        "at": _TIME,
    }
)
_MS = {"type": ["number", "null"], "description": "Milliseconds; null: not known."}
_WHEN = {**_TIME, "type": ["string", "null"]}
_TRACE = _object(
    {
        "orderId": _ID,
        "events": {
            "type": "array",
            "items": _object(
                {
                    "version": _COUNT,
                    "type": _TEXT,
                    "position": _COUNT,
                    "actor": _TEXT,
                    "requestId": _TEXT,
                    "receivedAt": _WHEN,
                    "committedAt": _TIME,
                    "rungAt": _WHEN,
                    "appliedAt": _WHEN,
                    "milliseconds": _object({"commit": _MS, "ring": _MS, "apply": _MS}),
                    "replicas": {
                        "type": "array",
                        "items": _object(
                            {
                                "name": _TEXT,
                                "isVisible": {"type": "boolean"},
                                "visibleAt": _WHEN,
                                "milliseconds": _MS,
                            }
                        ),
                    },
                }
            ),
        },
    }
)
_TOKEN = OpenApiParameter(
    "Consistency-Token",
    int,
    OpenApiParameter.HEADER,
    description="Answer only from data at this position of the log or later.",
)
_KNOWN = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)
_STALENESS = OpenApiParameter(
    "maxStaleness",
    {"type": "string", "pattern": "^[0-9]{1,9}(ms|s)$"},
    description="Refuse data that are older than this: 500ms, 2s.",
)
_AS_OF = OpenApiParameter(
    "asOf", _TIME, description="As it stood at this time; today's customer details."
)
_DAYS = [
    OpenApiParameter("from", {"type": "string", "format": "date"}, description="UTC."),
    OpenApiParameter(
        "to", {"type": "string", "format": "date"}, description="UTC, inclusive."
    ),
]
_SENT = [
    OpenApiParameter(
        "Data-Age",
        int,
        OpenApiParameter.HEADER,
        response=True,
        description="Milliseconds: nothing committed longer ago than this is missing.",
    ),
    OpenApiParameter("Consistency-Token", int, OpenApiParameter.HEADER, response=True),
    OpenApiParameter("Read-Source", str, OpenApiParameter.HEADER, response=True),
    OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=True),
]
_LIMIT = OpenApiParameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 50}
)
_CURSOR = OpenApiParameter("cursor", str, description="From the Link of a page.")
_FILTERS = [
    OpenApiParameter("status", str, many=True, enum=STATUSES),
    OpenApiParameter("customerId", _ID),
    OpenApiParameter("q", str),
    OpenApiParameter("createdAfter", _TIME, description="Inclusive."),
    OpenApiParameter("createdBefore", _TIME, description="Exclusive."),
    OpenApiParameter("minTotal", str, description="Inclusive, a plain decimal."),
    OpenApiParameter("maxTotal", str, description="Inclusive, a plain decimal."),
    OpenApiParameter("ids", str, description="Separated by commas."),
    OpenApiParameter(
        "ordering", str, enum=[s + name for name in ORDERINGS for s in ("", "-")]
    ),
]


def _described(
    operation: str, answer: dict[str, Any], *extra: OpenApiParameter
) -> Callable[[_View], _View]:
    decorate: Callable[[_View], _View] = extend_schema(
        operation_id=operation,
        tags=["query"],
        parameters=[_TOKEN, _KNOWN, _STALENESS, *_SENT, *extra],
        responses={
            200: OpenApiResponse(answer),
            304: OpenApiResponse(description="As you know it."),
        },
    )
    return decorate


_LIST = _object(_SUMMARY)  # of a list action: the document makes an array of it
orders = _described("listOrders", _LIST, _LIMIT, _CURSOR, _AS_OF, *_FILTERS)
orders_of = _described("listOrdersOfCustomer", _LIST, _LIMIT, _CURSOR)
order = _described(
    "getOrder",
    _ORDER,
    _AS_OF,
    OpenApiParameter("version", {"type": "integer", "minimum": 1}),
    OpenApiParameter("expand", str, description="history, customer, or both."),
)
counts = _described("getStatusCounts", _COUNTS, OpenApiParameter("customerId", _ID))
daily_sales = _described(
    "getDailySales", {"type": "array", "items": _DAY_SALES}, *_DAYS
)
product_sales = _described(
    "getProductSales",
    {"type": "array", "items": _PRODUCT_SALES},
    *_DAYS,
    _LIMIT,
    _CURSOR,
)
_AFTER = OpenApiParameter(
    "after", {"type": "integer", "minimum": 0}, description="A position of the log."
)
events = _described("listEvents", _LOGGED, _AFTER, _LIMIT)
trace = _described("getOrderTrace", _TRACE)
_WAIT = OpenApiParameter(
    "wait",
    {"type": "integer", "minimum": 0, "maximum": 60, "default": 0},
    description="Seconds to wait for a first change.",
)
changes = _described(
    "followOrders", {"type": "array", "items": _CHANGE}, _AFTER, _LIMIT, _WAIT
)
changes_of = _described(
    "followOrder", {"type": "array", "items": _CHANGE}, _AFTER, _LIMIT, _WAIT
)
history = _described("getOrderHistory", {"type": "array", "items": _EVENT})
summary = _described("getCustomerSummary", _TOTALS)
sync: Callable[[_View], _View] = extend_schema(
    operation_id="getSync", tags=["query"], responses={200: _SYNC}
)
