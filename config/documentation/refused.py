"""How each refusal looks: the examples of the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from config import problems
from config.problems import Problem

REQUEST_ID = "01980a4e-5d2c-7f31-9c4e-6a1b2f9d8e07"
_DEFAULTS: dict[str, dict[str, Any]] = {
    "bad-request": {
        "detail": "There is no parameter 'colour'.",
        "errors": [
            {
                "pointer": "?colour",
                "code": "unknown",
                "detail": "There is no parameter 'colour'.",
            }
        ],
    },
    "unauthenticated": {"detail": "The token is unknown, expired or revoked."},
    "order-not-found": {"detail": "There is no such order."},
    "customer-not-found": {
        "detail": "There is no customer 01980a4e-0000-7000-8000-000000000000."
    },
    "method-not-allowed": {"detail": 'Method "PUT" not allowed.'},
    "request-timeout": {"detail": "A body has to arrive within 20 seconds."},
    "duplicate-reference": {"detail": "Another order has this reference."},
    "customer-erased": {"detail": "This customer has been erased."},
    "request-in-flight": {
        "detail": "The first request with this Idempotency-Key is still going."
    },
    "unsupported-media-type": {
        "detail": 'Unsupported media type "text/plain" in request.'
    },
    "idempotency-key-reused": {
        "detail": "This Idempotency-Key was used for another request."
    },
    "too-many-requests": {
        "detail": "The budget of reads is used up: 20000 within 10 s."
    },
}


def example(code: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """Return a refusal as it is told, with the members that an operation gives it."""
    given = {**_DEFAULTS.get(code, {}), **members}
    problem = Problem(
        code=code,
        detail=given.pop("detail", ""),
        errors=given.pop("errors", []),
        extra=given,
    )
    return problems.told(problem, request_id=REQUEST_ID)
