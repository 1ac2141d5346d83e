"""How the commands are described in the OpenAPI document."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)

from orders_command.api import examples
from orders_command.api.examples import Refusals
from orders_command.domain.errors import TOLD_AT_MOST
from orders_command.domain.order import MAX_ITEMS, MAX_PRICE, MAX_QUANTITY, Status

_View = TypeVar("_View", bound=Callable[..., Any])
_ID = {"type": "string", "format": "uuid"}


def _text(limit: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": limit}


def _object(title: str, properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "title": title,
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
    "NewItem",
    {
        "productId": _text(64),
        "quantity": {"type": "integer", "minimum": 1, "maximum": MAX_QUANTITY},
        "price": _PRICE,
    },
    "productId",
    "quantity",
    "price",
)
_ITEMS = {
    "type": "array",
    "items": _ITEM,
    "minItems": 1,
    "maxItems": MAX_ITEMS,
}
_NEW_ORDER = _object(
    "NewOrder",
    {
        "customerId": _ID,
        "items": _ITEMS,
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "reference": _text(64),
        "note": _text(2_000),
    },
    "customerId",
    "items",
)
_STATUS: dict[str, Any] = {
    "title": "OrderStatus",
    "type": "string",
    "enum": [status.value for status in Status],
}
_RECEIPT = {
    "title": "Receipt",
    "type": "object",
    "properties": {
        "orderId": _ID,
        "orderNumber": {"type": "string"},
        "status": _STATUS,
        "version": {"type": "integer"},
        "position": {
            "type": "integer",
            "description": "In the log: the Consistency-Token to read it back with.",
        },
    },
    "required": ["orderId", "orderNumber", "status", "version", "position"],
}
_CONFLICT = {
    "title": "Conflict",
    "description": "A refusal that explains itself.",
    "allOf": [
        {"$ref": "#/components/schemas/Problem"},
        {
            "type": "object",
            "properties": {
                "currentVersion": {
                    "type": "integer",
                    "description": "That it was decided on; 0 of a new order.",
                },
                "currentStatus": {"oneOf": [_STATUS, {"type": "null"}]},
                "events": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/Event"},
                    "maxItems": TOLD_AT_MOST,
                    "description": "The newest ones in between, oldest first: after "
                    "the version of If-Match, or since the order was placed.",
                },
            },
        },
    ],
}
_PROBLEM = "application/problem+json"
_DONE = [200, 201]


def _header(
    name: str, schema: Any, shown: Any, description: str, **where: Any
) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        schema,
        OpenApiParameter.HEADER,
        description=description,
        examples=[OpenApiExample(name, value=shown)],
        **where,
    )


_SENT = [
    _header(
        "Idempotency-Key",
        {"type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$"},
        "order-2026-000417",
        "Send a request again with the same key and it happens once; a key is kept "
        "for 24 hours at least. 409 while the first request is still in flight.",
    ),
    _header(
        "If-Match",
        {"type": "string", "pattern": r'^(\*|"[0-9]{1,18}(\.[0-9A-Za-z]{1,64})?")$'},
        '"1"',
        "The version that the order must be at, or * for any; the ETag of the query "
        "side will do. An order to be created is at version 0.",
    ),
]
_ANSWERED = [
    _header(
        "ETag",
        {"type": "string", "pattern": '^"[0-9]+"$'},
        '"2"',
        "The version that the order is at now.",
        response=_DONE,
    ),
    _header(
        "Consistency-Token",
        {"type": "integer", "format": "int64"},
        4711,
        "The command's place in the log: send it with a query to read it back.",
        response=_DONE,
    ),
    _header(
        "Idempotency-Replayed",
        {"type": "string", "enum": ["true"]},
        "true",
        "Only with the answer of an earlier request under the same key.",
        response=_DONE,
    ),
]
_LOCATION = _header(
    "Location",
    {"type": "string", "format": "uri-reference"},
    f"/api/query/orders/{examples.ORDER_ID}",
    "Where the query side shows the order.",
    response=[201],
)
_PLACE = OpenApiParameter(
    "id",
    _ID,
    OpenApiParameter.PATH,
    description="The order's.",
    examples=[OpenApiExample("order", value=examples.ORDER_ID)],
)


def _described(  # noqa: PLR0913 - an operation, told in full
    operation: str,
    body: dict[str, Any],
    *,
    becomes: Status,
    refusals: Refusals,
    asked: dict[str, Any] | None = None,
    status: int = 200,
    version: int | None = None,
) -> Callable[[_View], _View]:
    place = _LOCATION if status == 201 else _PLACE
    decorate: Callable[[_View], _View] = extend_schema(
        operation_id=operation,
        tags=["command"],
        parameters=[place, *_SENT, *_ANSWERED],
        request={"application/json": body},
        examples=[OpenApiExample(operation, value=asked or {}, request_only=True)],
        responses={
            (status, "application/json"): _done(becomes, version),
            (409, _PROBLEM): OpenApiResponse(
                _CONFLICT, description="The present state does not allow it."
            ),
            (412, _PROBLEM): OpenApiResponse(
                _CONFLICT,
                description="The order is not at the version that If-Match names.",
            ),
        },
        extensions={"x-problems": refusals},
    )
    return decorate


def _done(becomes: Status, version: int | None) -> OpenApiResponse:
    return OpenApiResponse(
        _RECEIPT,
        description="Done: it is stored, whether or not it can be read yet.",
        examples=[OpenApiExample(becomes, value=examples.receipt(becomes, version))],
    )


create = _described(
    "createOrder",
    _NEW_ORDER,
    becomes=Status.PENDING,
    refusals=examples.OF_NEW,
    asked=examples.NEW_ORDER,
    status=201,
)
items = _described(
    "amendItems",
    _object("AmendedItems", {"items": _ITEMS}, "items"),
    becomes=Status.PENDING,
    refusals=examples.of_known("amended", "PENDING") | examples.OF_ITEMS,
    asked=examples.AMENDED,
    version=2,
)
confirm = _described(
    "confirmOrder",
    _object("Nothing", {}),
    becomes=Status.CONFIRMED,
    refusals=examples.of_known("confirmed", "PENDING"),
)
ship = _described(
    "shipOrder",
    _object("Shipment", {"carrier": _CODE, "trackingNumber": _CODE}),
    becomes=Status.SHIPPED,
    refusals=examples.of_known("shipped", "CONFIRMED")
    | examples.bad_text(
        "carrier", "Use 1 to 100 letters, digits, spaces, hyphens and dots."
    ),
    asked=examples.SHIPMENT,
)
deliver = _described(
    "deliverOrder",
    _object("Nothing", {}),
    becomes=Status.DELIVERED,
    refusals=examples.of_known("delivered", "SHIPPED"),
)
cancel = _described(
    "cancelOrder",
    _object("Cancellation", {"reason": _text(500)}),
    becomes=Status.CANCELLED,
    refusals=examples.of_known("cancelled", "PENDING or CONFIRMED")
    | examples.bad_text("reason", "This takes 1 to 500 characters."),
    asked=examples.REASON,
)
add_note = _described(
    "addOrderNote",
    _object("Note", {"note": _text(2_000)}, "note"),
    becomes=Status.CONFIRMED,
    refusals=examples.of_noted()
    | examples.bad_text("note", "This takes 1 to 2,000 characters."),
    asked=examples.NOTE,
)
