"""How an operation refuses: each status with the problems that can come, and examples.

An app names the codes of its own errors in the extension `x-problems`, each with the
members that its example has beside the usual ones; what follows from the method, the
body or a header is added here.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from config.documentation.refused import REQUEST_ID, example
from config.problems import CONTENT_TYPE, PROBLEMS

_TEXT = {"type": "string"}
PROBLEM = {
    "title": "Problem",
    "type": "object",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "detail", "requestId"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Names the kind of refusal; a program decides on this.",
            "examples": ["/problems/bad-request"],
        },
        "title": {**_TEXT, "examples": ["Bad request"]},
        "status": {"type": "integer", "examples": [400]},
        "detail": {**_TEXT, "examples": ["There is no such parameter."]},
        "requestId": {
            **_TEXT,
            "description": "As in X-Request-Id.",
            "examples": [REQUEST_ID],
        },
        "errors": {
            "type": "array",
            "description": "Each place of the request that is wrong.",
            "items": {
                "title": "FieldError",
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {
                        **_TEXT,
                        "description": "A JSON pointer into the body, `?name` of a "
                        "parameter, or the name of a header.",
                        "examples": ["/items/0/quantity"],
                    },
                    "code": {**_TEXT, "examples": ["refused"]},
                    "detail": {**_TEXT, "examples": ["A quantity is at least 1."]},
                },
            },
        },
    },
}
_UNTOLD = "No response body"  # what drf-spectacular says of a status without one
_ALWAYS = (
    "bad-request",
    "unauthenticated",
    "forbidden",
    "method-not-allowed",
    "too-many-requests",
)
_TROUBLE = ("internal-error", "unavailable")
_OF_WRITES = ("too-large",)
_OF_BODY = ("request-timeout", "unsupported-media-type")
_OF_HEADER = {
    "If-Match": ("version-mismatch",),
    "Idempotency-Key": ("request-in-flight", "idempotency-key-reused"),
    "Consistency-Token": ("not-yet-consistent",),
}


def add(operation: dict[str, Any], *, path: str, method: str) -> None:
    """Tell of each status with which the operation may refuse."""
    own: Mapping[str, Mapping[str, Any]] = operation.pop("x-problems", {})
    codes_of: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys([*own, *_usual(operation, path, method)]):
        codes_of[PROBLEMS[code][0]].append(code)
    responses = operation["responses"]
    for status, codes in sorted(codes_of.items()):
        told = responses.setdefault(str(status), {})
        _tell(told, {code: own.get(code, {}) for code in codes})


def _usual(operation: dict[str, Any], path: str, method: str) -> list[str]:
    codes = [*_ALWAYS, *_TROUBLE]
    if "{" in path:
        codes.append("not-found")
    if method != "get":
        codes += _OF_WRITES
    if "requestBody" in operation:
        codes += _OF_BODY
    for parameter in operation.get("parameters", []):
        codes += _OF_HEADER.get(parameter["name"], ())
    return codes


def _tell(response: dict[str, Any], members: dict[str, Mapping[str, Any]]) -> None:
    if response.get("description", _UNTOLD) == _UNTOLD:
        titles = [f"{PROBLEMS[code][1]} (`/problems/{code}`)." for code in members]
        response["description"] = " ".join(titles)
    content = response.setdefault("content", {})
    told = content.setdefault(CONTENT_TYPE, {"schema": PROBLEM})
    shown = told.setdefault("examples", {})
    for code, more in members.items():
        value = example(code, more)
        shown.setdefault(code, {"summary": PROBLEMS[code][1], "value": value})
