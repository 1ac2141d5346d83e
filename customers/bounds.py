"""Whom a caller is kept to: the customer of their token, or the one they are."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied

from customers.models import Customer


def kept_to(request: Any, *, unless: str) -> UUID | None:
    """
    Return the only customer whose things a caller may know; None if it is everybody.

    Who has the permission `unless` is kept to the customer that their token is limited
    to, if it is; anybody else to the customer that they are linked to.

    :raises PermissionDenied: if that is nobody, or the token is limited to another
    """
    limit = _limit_of(request)
    if request.user.has_perm(unless):
        return limit
    own = customer_of(request.user.pk)
    if own is None or limit not in (None, own):
        raise PermissionDenied
    return own


def customer_of(user_id: UUID) -> UUID | None:
    """Return the customer that a user is linked to."""
    return Customer.objects.filter(user_id=user_id).values_list("id", flat=True).first()


def _limit_of(request: Any) -> UUID | None:
    # A page has no token, and a session's `auth` is None.
    limit: UUID | None = getattr(getattr(request, "auth", None), "customer_id", None)
    return limit
