"""OpenAPI: the schema, the page to try it on, and what every operation shares."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import TemplateView
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView

from config import problems
from config.examples import REQUEST_ID, example
from config.problems import Problem

PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "detail", "requestId"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/invalid-body"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "requestId": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "examples": ["/items/0/quantity"]},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
ALWAYS = ("bad-request", "unauthenticated", "forbidden", "method-not-allowed")
BROKEN = ("internal-error", "unavailable")
OF_WRITES = ("too-large", "too-many-requests")
OF_BODIES = ("request-timeout", "unsupported-media-type")
DESCRIPTIONS = {
    400: "Not understood: not JSON, a wrong type, an unknown field or parameter.",
    401: "No token, or none that is valid.",
    403: "The role or the token's scope does not allow it.",
    404: "There is no such thing, or not for you.",
    405: "The method is not for this address.",
    408: "The body did not arrive in time.",
    409: "The present state does not allow it.",
    412: "The order is not at the version that If-Match names.",
    413: "The body is larger than 1 MB.",
    415: "The body is not application/json.",
    422: "Well formed, but a value is refused.",
    429: "The read side is too far behind; Retry-After says when to ask again.",
    500: "Something went wrong; the requestId finds it in the log.",
    503: "Not available now; Retry-After says when to ask again.",
}
# What an operation says of its own refusals: by code, the members of an example.
REFUSALS = "x-problems"
METHODS = {"get", "post", "put", "patch", "delete"}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "config.access.authentication.BearerAuthentication"
    name = "BearerAuth"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class CookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "config.access.authentication.CookieAuthentication"
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Tell of each operation how it refuses, and what every answer carries."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method in METHODS & operations.keys():
            operation = operations[method]
            _require_body(operation)
            _add_refusals(operation, _refusals(path, method, operation))
            operation.setdefault("parameters", []).append(_OFFERED_ID)
            for answer in operation["responses"].values():
                answer.setdefault("headers", {})["X-Request-Id"] = _REQUEST_ID
    return result


def _require_body(operation: dict[str, Any]) -> None:
    """Say that a body with required fields is required: of raw schemas nobody does."""
    body = operation.get("requestBody", {})
    for media_type in body.get("content", {}).values():
        if media_type["schema"].get("required"):
            body["required"] = True


def _refusals(
    path: str, method: str, operation: dict[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """Return the codes of an operation's refusals, its own ones with their members."""
    own = operation.pop(REFUSALS, {})
    usual = [*ALWAYS, *BROKEN]
    if method != "get":
        usual += OF_WRITES
    if "requestBody" in operation:
        usual += OF_BODIES
    if "{" in path and not any(problems.PROBLEMS[code][0] == 404 for code in own):
        usual.append("not-found")
    return {**{code: {} for code in usual}, **own}


def _add_refusals(
    operation: dict[str, Any], refusals: dict[str, Mapping[str, Any]]
) -> None:
    for code, members in sorted(refusals.items(), key=_status):
        status, title = problems.PROBLEMS[code]
        told = operation["responses"].setdefault(str(status), _problem(status))
        media = told["content"][problems.CONTENT_TYPE]
        shown = {"summary": title, "value": example(code, members)}
        media.setdefault("examples", {})[code] = shown
        for name in problems.headers(Problem(code=code)):
            told.setdefault("headers", {})[name] = _HEADERS[name]
        if status == 405:
            told.setdefault("headers", {})["Allow"] = _HEADERS["Allow"]


def _status(refusal: tuple[str, Any]) -> int:
    return problems.PROBLEMS[refusal[0]][0]


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": DESCRIPTIONS[status],
        "content": {problems.CONTENT_TYPE: {"schema": schema}},
    }


def _header(description: str, schema: dict[str, Any], shown: Any) -> dict[str, Any]:
    return {"description": description, "schema": schema, "example": shown}


_TEXT = {"type": "string"}
_REQUEST_ID = _header("What finds this request in the log.", _TEXT, REQUEST_ID)
_OFFERED_ID = {
    "in": "header",
    "name": "X-Request-Id",
    "description": "What the request shall be called: 8 to 64 letters, digits and "
    "hyphens. Anything else is passed over, and an id is made.",
    "schema": _TEXT,
    "example": REQUEST_ID,
}
_HEADERS = {
    "Retry-After": _header(
        "Seconds to wait.", {"type": "integer", "minimum": 1, "maximum": 30}, 2
    ),
    "WWW-Authenticate": _header("How to say who you are.", _TEXT, "Bearer"),
    "Allow": _header("The methods that there are.", _TEXT, "GET, HEAD, OPTIONS"),
}


@extend_schema(exclude=True)
class Schema(SpectacularAPIView):
    """OpenAPI 3.1 of everything under /api/."""

    needs = None
    renderer_classes = [OpenApiJsonRenderer]


class Docs(LoginRequiredMixin, TemplateView):
    """Swagger UI from our own files; its boot script is one of them (CSP)."""

    template_name = "docs.html"
