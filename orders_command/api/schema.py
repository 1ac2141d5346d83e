"""How the commands are described in the OpenAPI document."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from orders_command.domain.order import MAX_ITEMS, MAX_PRICE, MAX_QUANTITY, Status

_View = TypeVar("_View", bound=Callable[..., Any])
_ID = {"type": "string", "format": "uuid"}


def _text(limit: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": limit}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


_CODE = {"type": "string", "pattern": "^[A-Za-z0-9 .-]{1,100}$"}
_PRICE = {
    "oneOf": [
        {"type": "number", "minimum": 0, "maximum": int(MAX_PRICE)},
        {"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,4})?$"},
    ],
    "description": "With no more decimals than the currency has.",
}
_ITEM = _object(
    {
        "productId": _text(64),
        "quantity": {"type": "integer", "minimum": 1, "maximum": MAX_QUANTITY},
        "price": _PRICE,
    },
    "productId",
    "quantity",
    "price",
)
_NEW_ORDER = _object(
    {
        "customerId": _ID,
        "items": {
            "type": "array",
            "items": _ITEM,
            "minItems": 1,
            "maxItems": MAX_ITEMS,
        },
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "reference": _text(64),
        "note": _text(2_000),
    },
    "customerId",
    "items",
)
_RECEIPT = {
    "type": "object",
    "properties": {
        "orderId": _ID,
        "orderNumber": {"type": "string"},
        "status": {"type": "string", "enum": list(Status)},
        "version": {"type": "integer"},
        "position": {"type": "integer"},
    },
    "required": ["orderId", "orderNumber", "status", "version", "position"],
}
_DONE = [200, 201]
_SENT = [
    OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "minLength": 1, "maxLength": 255},
        OpenApiParameter.HEADER,
        description="Send a request again with the same key and it happens once.",
    ),
    OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=_DONE),
    OpenApiParameter("Consistency-Token", int, OpenApiParameter.HEADER, response=_DONE),
    OpenApiParameter(
        "Idempotency-Replayed", str, OpenApiParameter.HEADER, response=_DONE
    ),
]
_MOVED_ON = OpenApiResponse(
    {"$ref": "#/components/schemas/Problem"},
    description="The order is not at the version that If-Match names.",
)
_LOCATION = OpenApiParameter(
    "Location",
    str,
    OpenApiParameter.HEADER,
    response=[201],
    description="Where the query side shows the order.",
)
_IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description='The version that the order must be at, as "3"; * is any.',
)


def _described(
    operation: str, body: dict[str, Any], *, status: int = 200
) -> Callable[[_View], _View]:
    decorate: Callable[[_View], _View] = extend_schema(
        operation_id=operation,
        tags=["command"],
        parameters=[*_SENT, _IF_MATCH if status == 200 else _LOCATION],
        request={"application/json": body},
        responses={
            (status, "application/json"): OpenApiResponse(_RECEIPT),
            (412, "application/problem+json"): _MOVED_ON,
        },
    )
    return decorate


create = _described("createOrder", _NEW_ORDER, status=201)
confirm = _described("confirmOrder", _object({}))
ship = _described("shipOrder", _object({"carrier": _CODE, "trackingNumber": _CODE}))
deliver = _described("deliverOrder", _object({}))
cancel = _described("cancelOrder", _object({"reason": _text(500)}))
