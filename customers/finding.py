"""Who is known, by id, by e-mail, by a part of a name; nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import F, Q
from django.db.models.functions import Lower

from customers.details import CustomerNotFound
from customers.models import Customer

_SHOWN = ("name", "email", "created_at", "erased_at", "version", "position")


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is known of a customer; nameless once erased."""

    customer_id: UUID
    name: str | None
    email: str | None
    created_at: datetime
    erased_at: datetime | None
    version: int
    position: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """The last customer of a page: the next page begins behind it."""

    created_at: datetime
    customer_id: UUID


def find(customer_id: UUID) -> Card:
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise CustomerNotFound(customer_id)
    return card_of(customer)


def cards(ids: Iterable[UUID]) -> dict[UUID, Card]:
    """Return the cards of those who are known; many at once are no instances."""
    found = Customer.objects.filter(pk__in=list(ids))
    rows = found.values(*_SHOWN, customer_id=F("id"))
    return {row["customer_id"]: Card(**row) for row in rows}


def erased(*, after: int) -> list[UUID]:
    """Return who has been erased after a position of the log."""
    found = Customer.objects.filter(erased_at__isnull=False, position__gt=after)
    return list(found.values_list("id", flat=True))


def of_email(email: str) -> Card | None:
    """Return who has this address, without regard to case; its index answers."""
    known = Customer.objects.annotate(lower_email=Lower("email"))
    customer = known.filter(lower_email=email.lower()).first()
    return None if customer is None else card_of(customer)


def search(q: str = "", *, limit: int, after: Place | None = None) -> tuple[Card, ...]:
    """Return those whose name or e-mail has `q` in it, newest first."""
    found = Customer.objects.order_by("-created_at", "-id")
    if q:
        found = found.filter(Q(name__icontains=q) | Q(email__icontains=q))
    if after is not None:
        same_moment = Q(created_at=after.created_at, id__lt=after.customer_id)
        # Stated twice so that the index bounds the scan.
        found = found.filter(created_at__lte=after.created_at)
        found = found.filter(Q(created_at__lt=after.created_at) | same_moment)
    return tuple(card_of(customer) for customer in found[:limit])


def user_of(customer_id: UUID) -> dict[str, Any] | None:
    """Return all that is known of the user linked to a customer, None without one."""
    user: Any = get_user_model().objects.filter(customer=customer_id).first()
    return None if user is None else user.told()


def card_of(customer: Customer) -> Card:
    """Return what is shown of a record."""
    return Card(
        customer_id=customer.pk,
        name=customer.name,
        email=customer.email,
        created_at=customer.created_at,
        erased_at=customer.erased_at,
        version=customer.version,
        position=customer.position,
    )
