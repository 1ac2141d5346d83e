"""The document as JSON, the page that shows it, and how callers say who they are."""

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import TemplateView
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView


@extend_schema(exclude=True)
class Schema(SpectacularAPIView):
    """OpenAPI 3.1 of everything under /api/."""

    needs = None
    renderer_classes = [OpenApiJsonRenderer]


class Docs(LoginRequiredMixin, TemplateView):
    """Swagger UI from our own files; its boot script is one of them (CSP)."""

    template_name = "docs.html"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "config.access.authentication.BearerAuthentication"
    name = "BearerAuth"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of `manage.py api_token USER`, for programs.",
        }


class CookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "config.access.authentication.CookieAuthentication"
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The session of a page; what changes things needs the CSRF "
            "token as well.",
        }
