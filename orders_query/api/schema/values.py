"""The values that answers are made of, each with an example: those of one order."""

from typing import Any

from orders_query.api.parameters import STATUSES

Schema = dict[str, Any]


def text(example: str, description: str = "") -> Schema:
    return _described({"type": "string", "examples": [example]}, description)


def count(example: int, description: str = "") -> Schema:
    schema = {"type": "integer", "minimum": 0, "examples": [example]}
    return _described(schema, description)


def an_id(example: str) -> Schema:
    return {"type": "string", "format": "uuid", "examples": [example]}


def time(example: str, description: str = "") -> Schema:
    schema = {"type": "string", "format": "date-time", "examples": [example]}
    return _described(schema, description)


def money(example: float) -> Schema:
    return {
        "type": "number",
        "description": "With exactly the currency's digits.",
        "examples": [example],
    }


def seconds(example: float, description: str) -> Schema:
    return {
        "type": ["number", "null"],
        "description": f"{description} null: not known.",
        "examples": [example],
    }


def or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def named(title: str, properties: Schema, *optional: str) -> Schema:
    """Return an object that generated clients know by this name."""
    required = [name for name in properties if name not in optional]
    return {
        "title": title,
        "type": "object",
        "properties": properties,
        "required": required,
    }


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description} if description else schema


ORDER_ID = an_id("0197f0c2-5601-7515-94a0-458b8a2ad54d")
CUSTOMER_ID = an_id("0197f0c2-0003-736b-9651-89143effe600")
CURRENCY = {**text("USD", "ISO 4217."), "pattern": "^[A-Z]{3}$"}
POSITION = count(7665, "The place in the log.")
CREATED_AT = time("2026-03-22T21:06:51.065419Z")
ACTOR = text("user:0197f0c2-eb92-72f0-8f1b-621ce0ae5c1d", "A user's id, or a system.")
STATUS = {
    "title": "OrderStatus",
    "type": "string",
    "enum": list(STATUSES),
}
EVENT_TYPE = {
    "title": "EventType",
    "type": "string",
    "enum": [
        "OrderCreated",
        "OrderItemsAmended",
        "OrderConfirmed",
        "OrderShipped",
        "OrderDelivered",
        "OrderCancelled",
        "OrderNoteAdded",
        "CustomerRegistered",
        "CustomerDetailsChanged",
        "CustomerErased",
    ],
}
