"""GET /api/me: who the caller is."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.access.models import SCOPES, ApiToken
from config.access.permissions import linked_customer

ME = inline_serializer(
    "Me",
    {
        "userId": serializers.UUIDField(),
        "username": serializers.CharField(),
        "roles": serializers.ListField(child=serializers.CharField()),
        "scopes": serializers.ListField(child=serializers.ChoiceField(SCOPES)),
        "customerId": serializers.UUIDField(allow_null=True),
    },
)


class Me(APIView):
    """Who the caller is, and what that lets it do."""

    needs = None

    @extend_schema(operation_id="whoAmI", tags=["access"], responses=ME)
    def get(self, request: Request) -> Response:
        user: Any = request.user
        customer_id = linked_customer(user)
        roles = sorted(user.groups.values_list("name", flat=True))
        if user.is_superuser:
            roles.append("administrator")
        if customer_id is not None:
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
                "customerId": customer_id,
            }
        )


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
