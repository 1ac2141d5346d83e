"""OpenAPI: the schema, the page to try it on, and what every operation shares."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import TemplateView
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView

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
ALWAYS = {
    "400": "Not understood: not JSON, a wrong type, an unknown field or parameter.",
    "401": "No token, or none that is valid.",
    "403": "The role or the token's scope does not allow it.",
    "405": "The method is not for this address.",
    "500": "Something went wrong; the requestId finds it in the log.",
    "503": "Not available now; Retry-After says when to ask again.",
}
WITH_BODY = {
    "409": "The present state does not allow it.",
    "413": "The body is larger than 1 MB.",
    "415": "The body is not application/json.",
    "422": "Well formed, but a value is refused.",
}
WITH_PLACE = {"404": "There is no such thing, or not for you."}
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
    """Tell of each operation how it refuses."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method in METHODS & operations.keys():
            _require_body(operations[method])
            told = operations[method]["responses"]
            for status, description in _refusals(path, method).items():
                told.setdefault(status, _problem(description))
    return result


def _require_body(operation: dict[str, Any]) -> None:
    """Say that a body with required fields is required: of raw schemas nobody does."""
    body = operation.get("requestBody", {})
    for media_type in body.get("content", {}).values():
        if media_type["schema"].get("required"):
            body["required"] = True


def _refusals(path: str, method: str) -> dict[str, str]:
    refusals = dict(ALWAYS)
    if "{" in path:
        refusals |= WITH_PLACE
    if method != "get":
        refusals |= WITH_BODY
    return refusals


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": schema}},
    }


@extend_schema(exclude=True)
class Schema(SpectacularAPIView):
    """OpenAPI 3.1 of everything under /api/."""

    needs = None
    renderer_classes = [OpenApiJsonRenderer]


class Docs(LoginRequiredMixin, TemplateView):
    """Swagger UI from our own files; its boot script is one of them (CSP)."""

    template_name = "docs.html"
