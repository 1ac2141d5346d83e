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
_TOKEN = OpenApiParameter(
    "Consistency-Token",
    int,
    OpenApiParameter.HEADER,
    description="Answer only from data at this position of the log or later.",
)
_KNOWN = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)
_SENT = [
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
        parameters=[_TOKEN, _KNOWN, *_SENT, *extra],
        responses={
            200: OpenApiResponse(answer),
            304: OpenApiResponse(description="As you know it."),
        },
    )
    return decorate


_LIST = _object(_SUMMARY)  # of a list action: the document makes an array of it
orders = _described("listOrders", _LIST, _LIMIT, _CURSOR, *_FILTERS)
orders_of = _described("listOrdersOfCustomer", _LIST, _LIMIT, _CURSOR)
order = _described("getOrder", _ORDER)
history = _described("getOrderHistory", {"type": "array", "items": _EVENT})
summary = _described("getCustomerSummary", _TOTALS)
sync: Callable[[_View], _View] = extend_schema(
    operation_id="getSync", tags=["query"], responses={200: _SYNC}
)
