"""The headers that answers carry whatever was asked, each described once."""

from typing import Any

from config.documentation.refused import REQUEST_ID

HEADERS: dict[str, Any] = {
    "X-Request-Id": {
        "description": "Names the request in the log: the caller's id, or a new one.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9A-Za-z-]{8,64}$"},
        "example": REQUEST_ID,
    },
    "Cache-Control": {
        "description": "Only the caller may keep it, and asks again before using it.",
        "required": True,
        "schema": {"type": "string", "const": "private, no-cache"},
        "example": "private, no-cache",
    },
    "Vary": {
        "description": "The request headers that make a difference.",
        "required": True,
        "schema": {
            "type": "string",
            "const": "Authorization, Cookie, Consistency-Token",
        },
        "example": "Authorization, Cookie, Consistency-Token",
    },
    "RateLimit-Policy": {
        "description": "The budget that this was counted against: `q` at once, and "
        "as many again within `w` seconds. Without a budget it is not sent.",
        "schema": {"type": "string", "pattern": '^"[a-z]+";q=[0-9]+;w=[0-9]+$'},
        "example": '"reads";q=20000;w=10',
    },
    "RateLimit": {
        "description": "What is left of it, and the seconds until it is whole again.",
        "schema": {"type": "string", "pattern": '^"[a-z]+";r=[0-9]+;t=[0-9]+$'},
        "example": '"reads";r=19999;t=1',
    },
    "WWW-Authenticate": {
        "description": "How to say who one is.",
        "required": True,
        "schema": {"type": "string", "const": "Bearer"},
        "example": "Bearer",
    },
    "Allow": {
        "description": "The methods that this address knows.",
        "required": True,
        "schema": {"type": "string"},
        "example": "GET, HEAD, OPTIONS",
    },
    "Retry-After": {
        "description": "Seconds after which to ask again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
        "example": 2,
    },
    "Retry-After-If-In-Flight": {
        "description": "Seconds after which to ask again, with `request-in-flight`.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 1,
    },
}
PARAMETERS: dict[str, Any] = {
    "X-Request-Id": {
        "name": "X-Request-Id",
        "in": "header",
        "description": "An id to find the request by, 8 to 64 of `0-9A-Za-z-`; "
        "anything else is replaced by a new one.",
        "schema": {"type": "string"},
        "example": REQUEST_ID,
    }
}
_ALWAYS = {
    name: name
    for name in (
        "X-Request-Id",
        "Cache-Control",
        "Vary",
        "RateLimit-Policy",
        "RateLimit",
    )
}
_OF_STATUS = {
    "401": {"WWW-Authenticate": "WWW-Authenticate"},
    "405": {"Allow": "Allow"},
    "429": {"Retry-After": "Retry-After"},
    "503": {"Retry-After": "Retry-After"},
}
_IN_FLIGHT = {"Retry-After": "Retry-After-If-In-Flight"}


def add(operation: dict[str, Any]) -> None:
    """Tell which headers come with each status, and that callers may name requests."""
    operation.setdefault("parameters", []).append(
        {"$ref": "#/components/parameters/X-Request-Id"}
    )
    for status, response in operation["responses"].items():
        named = _ALWAYS | _OF_STATUS.get(status, {})
        if _may_be_in_flight(response):
            named |= _IN_FLIGHT
        told = response.setdefault("headers", {})
        for name, component in named.items():
            told.setdefault(name, {"$ref": f"#/components/headers/{component}"})


def _may_be_in_flight(response: dict[str, Any]) -> bool:
    problem = response.get("content", {}).get("application/problem+json", {})
    return "request-in-flight" in problem.get("examples", {})
