"""The parameters that queries take: the letter of what `api.parameters` reads."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from orders_query.api.parameters import (
    EXPANSIONS,
    LIFETIME_VALUES,
    MAX_IDS,
    MAX_LIMIT,
    MAX_SEARCH,
    MAX_WAIT,
    ORDERINGS,
)
from orders_query.api.schema.values import CURRENCY, CUSTOMER_ID, ORDER_ID, STATUS, time

MAX_POSITION = 10**18 - 1
_UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_POSITION = {
    "type": "integer",
    "minimum": 0,
    "maximum": MAX_POSITION,
    "examples": [7665],
}
_AMOUNT = {
    "type": "string",
    "pattern": r"^[0-9]{1,20}(\.[0-9]{1,4})?$",
    "examples": ["99.90"],
}
_EXPANSION = "|".join(sorted(EXPANSIONS))


def _query(name: str, schema: dict[str, Any], description: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, description=description)


def _header(name: str, schema: dict[str, Any], description: str) -> OpenApiParameter:
    return OpenApiParameter(
        name, schema, OpenApiParameter.HEADER, description=description
    )


def _place(name: str, schema: dict[str, Any], description: str) -> OpenApiParameter:
    return OpenApiParameter(
        name, schema, OpenApiParameter.PATH, description=description
    )


def limit(most: int = MAX_LIMIT) -> OpenApiParameter:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": 50}
    return _query("limit", {**schema, "examples": [20]}, "How many at most.")


THE_ORDER = _place("id", ORDER_ID, "The order's id.")
THE_CUSTOMER = _place("customer_id", CUSTOMER_ID, "The customer's id.")
TOKEN = _header(
    "Consistency-Token",
    _POSITION,
    "The highest token that the caller has seen: the answer is from data at this "
    "position of the log or later.",
)
KNOWN = _header(
    "If-None-Match",
    {"type": "string", "examples": ['"3.e73948a91cec30e51231457f"']},
    "The ETag of what the caller has: 304 if it is still that.",
)
LAST_EVENT = _header(
    "Last-Event-ID",
    _POSITION,
    "Of a stream that broke off: the position that was seen last, before `after`.",
)
STALENESS = _query(
    "maxStaleness",
    {"type": "string", "pattern": "^[0-9]{1,9}(ms|s)$", "examples": ["500ms"]},
    "Refuse data that are older than this.",
)
AS_OF = _query(
    "asOf",
    time("2026-03-23T00:00:00Z"),
    "As it stood at this time, which is past; with today's customer details.",
)
VERSION = _query(
    "version",
    {"type": "integer", "minimum": 1, "maximum": 999_999_999, "examples": [1]},
    "As it stood after its Nth event; not together with `asOf`.",
)
EXPAND = _query(
    "expand",
    {
        "type": "string",
        "pattern": f"^({_EXPANSION})(,({_EXPANSION}))*$",
        "examples": ["history,customer"],
    },
    "What comes with it: history, customer, or both, separated by a comma.",
)
EXPAND_SUMMARY = _query(
    "expand",
    {"type": "string", "enum": [LIFETIME_VALUES], "examples": [LIFETIME_VALUES]},
    "What comes with it: the lifetime value in each currency.",
)
LIMIT = limit()
CURSOR = _query(
    "cursor",
    {
        "type": "string",
        "examples": ["WyIxMjI0NS4wMCIsImtldHRsZS1nb29zZW5lY2siLCJVU0QiXQ"],
    },
    "From the Link of a page of the same list, in the same order; opaque.",
)
CUSTOMER = _query("customerId", CUSTOMER_ID, "Of this customer alone.")
AFTER = _query("after", _POSITION, "A position of the log: what came after it.")
WAIT = _query(
    "wait",
    {
        "type": "integer",
        "minimum": 0,
        "maximum": MAX_WAIT,
        "default": 0,
        "examples": [5],
    },
    "Seconds to wait for a first change, if there is none yet.",
)
_DAY = {"type": "string", "format": "date"}
DAYS = [
    _query("from", {**_DAY, "examples": ["2026-03-01"]}, "The first day, in UTC."),
    _query("to", {**_DAY, "examples": ["2026-03-31"]}, "The last day, in UTC."),
]
ONE_CURRENCY = _query(
    "currency", {**CURRENCY, "examples": ["EUR"]}, "What was sold in this one alone."
)
FILTERS = [
    OpenApiParameter(
        "status",
        {"type": "array", "items": STATUS, "examples": [["PENDING", "CONFIRMED"]]},
        description="In one of these; may be repeated.",
    ),
    CUSTOMER,
    _query(
        "q",
        {
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_SEARCH,
            "pattern": r"^[^\u0000-\u001f\u007f-\u009f]+$",
            "examples": ["lovelace"],
        },
        "An order's id, number, reference or product id, or a part of a customer's "
        "name or e-mail address (three characters at least).",
    ),
    _query("createdAfter", time("2026-03-01T00:00:00Z"), "Inclusive."),
    _query("createdBefore", time("2026-04-01T00:00:00Z"), "Exclusive."),
    _query("minTotal", _AMOUNT, "Inclusive, a plain decimal."),
    _query("maxTotal", _AMOUNT, "Inclusive, a plain decimal."),
    _query(
        "ids",
        {
            "type": "string",
            "pattern": f"^{_UUID}(,{_UUID}){{0,{MAX_IDS - 1}}}$",
            "examples": ORDER_ID["examples"],
        },
        f"These orders alone: ids, separated by commas, {MAX_IDS} at most.",
    ),
    _query(
        "ordering",
        {
            "title": "Ordering",
            "type": "string",
            "enum": [sign + name for name in ORDERINGS for sign in ("-", "")],
            "default": "-createdAt",
        },
        "What to order by; a minus turns it round.",
    ),
]
