"""GET /api/me: who the caller is."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.access.bounds import limit_of, linked_customer
from config.access.models import READ, SCOPES, WRITE, ApiToken

ME = inline_serializer(
    "Me",
    {
        "userId": serializers.UUIDField(),
        "username": serializers.CharField(),
        "roles": serializers.ListField(
            child=serializers.CharField(),
            help_text="Groups, and administrator or customer.",
        ),
        "scopes": serializers.ListField(
            child=serializers.ChoiceField(SCOPES),
            help_text="The token's; a session has all.",
        ),
        "customerId": serializers.UUIDField(
            allow_null=True,
            help_text="The customer that the token is limited to, or else the one "
            "that the user is linked to.",
        ),
    },
)
EXAMPLE = OpenApiExample(
    "clerk",
    value={
        "userId": "01980a40-77e0-7d11-b0c4-5e6f708192a3",
        "username": "grace",
        "roles": ["order desk"],
        "scopes": [READ, WRITE],
        "customerId": None,
    },
)


class Me(APIView):
    """Who the caller is, and what that lets it do."""

    needs = None

    @extend_schema(
        operation_id="whoAmI",
        tags=["access"],
        responses={
            200: OpenApiResponse(ME, description="The caller.", examples=[EXAMPLE])
        },
    )
    def get(self, request: Request) -> Response:
        _no_parameters(request)
        user: Any = request.user
        own = linked_customer(user)
        roles = sorted(user.groups.values_list("name", flat=True))
        if user.is_superuser:
            roles.append("administrator")
        if own is not None:
            roles.append("customer")
        # A session may do all that its user may.
        token = request.auth
        scopes = token.scopes if isinstance(token, ApiToken) else list(SCOPES)
        return Response(
            {
                "userId": user.pk,
                "username": user.username,
                "roles": roles,
                "scopes": scopes,
                "customerId": limit_of(token) or own,
            }
        )


class UnknownParameter(Exception):
    code = "bad-request"

    def __init__(self, name: str) -> None:
        detail = f"There is no parameter {name!r}."
        super().__init__(detail)
        self.errors = [{"pointer": f"?{name}", "code": "unknown", "detail": detail}]


def _no_parameters(request: Request) -> None:
    for name in request.query_params:
        raise UnknownParameter(name[:64])


@extend_schema(exclude=True)
class Nothing(APIView):
    """Every address that is not there: 404, but 401 to those not signed in."""

    needs = None
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.perform_authentication(request)
        if not request.user.is_authenticated:
            self.permission_denied(request)
        raise Http404
