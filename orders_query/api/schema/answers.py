"""The bodies that queries answer with, under the names that clients know them by."""

from orders_query.api.parameters import STATUSES
from orders_query.api.schema.values import (
    ACTOR,
    CREATED_AT,
    CURRENCY,
    CUSTOMER_ID,
    EVENT_TYPE,
    ORDER_ID,
    POSITION,
    STATUS,
    Schema,
    an_id,
    count,
    many,
    money,
    named,
    or_null,
    text,
    time,
)

_MAIL = text("ada@example.org")
_NAME = text("Ada Lovelace")
_ERASED = "null: the customer has been erased."
_ITEM = named(
    "OrderItem",
    {
        "productId": text("tea-rooibos-250"),
        "quantity": {"type": "integer", "minimum": 1, "examples": [2]},
        "price": money(6.9),
        "total": money(13.8),
    },
)
_SUMMARY: Schema = {
    "orderId": ORDER_ID,
    "orderNumber": text("6TGT-V1W4", "Short, to be said on the telephone."),
    "reference": or_null(text("web-5be81dc1", "The caller's own, unique.")),
    "customerId": CUSTOMER_ID,
    "customerName": or_null({**_NAME, "description": _ERASED}),
    "customerEmail": or_null({**_MAIL, "description": _ERASED}),
    "itemCount": count(1, "The number of item lines."),
    "total": money(13.8),
    "currency": CURRENCY,
    "status": STATUS,
    "version": count(1, "How many events the order has had."),
    "createdAt": CREATED_AT,
    "lastUpdatedAt": CREATED_AT,
    "parked": {
        "type": "boolean",
        "description": "Only there, and true, when an event of the order could not be "
        "applied: what is shown is the state before it.",
    },
}
_CREATED = {
    "customerId": CUSTOMER_ID["examples"][0],
    "orderNumber": "6TGT-V1W4",
    "reference": "web-5be81dc1",
    "currency": "USD",
    "total": 13.8,
    "items": [
        {"productId": "tea-rooibos-250", "quantity": 2, "price": 6.9, "total": 13.8}
    ],
}
_DATA = {
    "title": "EventData",
    "type": "object",
    "description": "What the event says, by its type. Where a parcel went, and in an "
    "order's history the text of a note, are there until the customer is erased.",
    "additionalProperties": True,
    "examples": [_CREATED],
}
_EVENT: Schema = {
    "version": count(1, "Its place among the order's events."),
    "type": EVENT_TYPE,
    "at": CREATED_AT,
    "actor": ACTOR,
    "position": POSITION,
    "data": _DATA,
}

EVENT = named("Event", _EVENT)
_WORDS = text("Rang: comes on Friday.")
_NOTE = {"version": count(2), "at": CREATED_AT, "actor": ACTOR, "note": _WORDS}
ORDER_SUMMARY = named("OrderSummary", _SUMMARY, "parked")
ORDER = named(
    "Order",
    {
        **_SUMMARY,
        "items": many(_ITEM),
        "note": or_null(text("Ring twice.")),
        "reason": or_null(text("Ordered twice.", "Why it was cancelled.")),
        "carrier": or_null(text("DHL")),
        "trackingNumber": or_null(text("T-EE7359B680")),
        "notes": many(named("OrderNote", _NOTE)),
        "history": {**many(EVENT), "description": "With `expand=history`."},
        "customer": named(
            "OrderCustomer",
            {
                "customerId": CUSTOMER_ID,
                "name": or_null(_NAME),
                "email": or_null(_MAIL),
            },
        ),
    },
    "parked",
    "history",
    "customer",
)
LOGGED_EVENT = named(
    "LoggedEvent",
    {
        **_EVENT,
        "orderId": {**ORDER_ID, "description": "If it is an order's event."},
        "customerId": {
            "type": "string",
            "format": "uuid",
            "description": "If it is a customer's event.",
        },
    },
    "orderId",
    "customerId",
)
CHANGE = named(
    "Change",
    {
        "position": POSITION,
        "orderId": ORDER_ID,
        "customerId": CUSTOMER_ID,
        "version": count(1),
        "type": EVENT_TYPE,
        "status": STATUS,
        "at": CREATED_AT,
    },
)
STATUS_COUNTS = {
    "title": "StatusCounts",
    "type": "object",
    "description": "A status that no order has is not there.",
    "properties": {
        status: count(61 - 7 * number) for number, status in enumerate(STATUSES)
    },
    "additionalProperties": False,
}
CUSTOMER_SUMMARY = named(
    "CustomerSummary",
    {
        "customerId": CUSTOMER_ID,
        "orderCount": count(13),
        "openOrders": count(1, "Neither delivered nor cancelled."),
        "lifetimeValue": money(546.1),
        "currency": {
            **CURRENCY,
            "description": "Of `lifetimeValue`: the shop's own if the customer has "
            "ordered in it, else the first one by its letters.",
        },
        "lifetimeValues": {
            **many(
                named("LifetimeValue", {"currency": CURRENCY, "value": money(546.1)})
            ),
            "description": "With `expand=lifetimeValues`: of each currency that the "
            "customer has ordered in.",
        },
        "firstOrderAt": or_null(CREATED_AT),
        "lastOrderAt": or_null(CREATED_AT),
    },
    "lifetimeValues",
)
CUSTOMER_EXPORT = named(
    "CustomerExport",
    {
        "customer": named(
            "ExportedCustomer",
            {
                "customerId": CUSTOMER_ID,
                "name": or_null({**_NAME, "description": _ERASED}),
                "email": or_null({**_MAIL, "description": _ERASED}),
                "createdAt": CREATED_AT,
                "erasedAt": time("2026-11-24T10:00:00.000000Z", "Only once erased."),
            },
            "erasedAt",
        ),
        "user": named(
            "ExportedUser",
            {
                "userId": an_id("01980a40-77e0-7d11-b0c4-5e6f708192a3"),
                "username": text("ada"),
                "firstName": text("Ada"),
                "lastName": text("Lovelace"),
                "email": text("ada@example.org"),
                "isActive": {"type": "boolean", "examples": [True]},
                "createdAt": CREATED_AT,
                "lastSignInAt": or_null(CREATED_AT),
                "groups": many(text("order desk")),
                "tokens": many(
                    named(
                        "ExportedToken",
                        {
                            "name": text("my phone"),
                            "scopes": many(text("read")),
                            "createdAt": CREATED_AT,
                            "expiresAt": CREATED_AT,
                            "revokedAt": or_null(CREATED_AT),
                        },
                    )
                ),
            },
        ),
        "exportedAt": CREATED_AT,
        "orders": many(ORDER),
        "complete": {"type": "boolean", "examples": [True]},
    },
    "user",
)
DAILY_SALES = named(
    "DailySales",
    {
        "date": {"type": "string", "format": "date", "examples": ["2026-03-22"]},
        "currency": CURRENCY,
        "orders": count(21, "Cancelled ones included."),
        "cancelled": count(2),
        "revenue": money(1976.5),
    },
)
PRODUCT_SALES = named(
    "ProductSales",
    {
        "productId": text("tea-rooibos-250"),
        "currency": CURRENCY,
        "quantity": count(155),
        "orders": count(106),
        "revenue": money(1069.5),
    },
)
