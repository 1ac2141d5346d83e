"""Published. Who our customers are: the only place that writes them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from customers.bounds import customer_of, kept_to
from customers.bulk import Holder, Newcomer, hold_living, of_emails, register_all
from customers.details import (
    BadInput,
    CustomerErased,
    CustomerError,
    CustomerNotFound,
    EmailTaken,
    check,
)
from customers.models import EMAIL_ONCE, Customer
from customers.signals import (
    IdempotencyKey,
    Kind,
    customer_changed,
    customer_registering,
)

__all__ = [
    "BadInput",
    "Card",
    "Change",
    "CustomerErased",
    "CustomerError",
    "CustomerNotFound",
    "EmailTaken",
    "Holder",
    "Newcomer",
    "Place",
    "cards",
    "change",
    "check",
    "customer_of",
    "erase",
    "erased",
    "find",
    "hold_living",
    "kept_to",
    "link",
    "of_email",
    "of_emails",
    "register",
    "register_all",
    "search",
]

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
class Change:
    """What a write left behind, and its place in the log."""

    customer: Card
    position: int
    replayed: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """The last customer of a page: the next page begins behind it."""

    created_at: datetime
    customer_id: UUID


def find(customer_id: UUID) -> Card:
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise CustomerNotFound(customer_id)
    return _card(customer)


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
    return None if customer is None else _card(customer)


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
    return tuple(_card(customer) for customer in found[:limit])


def register(  # noqa: PLR0913
    *,
    name: str,
    email: str,
    actor: str,
    request_id: str = "",
    idempotency: IdempotencyKey | None = None,
    at: datetime | None = None,
) -> Change:
    check(name=name, email=email)
    customer = Customer(name=name, email=email, created_at=at or timezone.now())
    with _email_once(), transaction.atomic():
        earlier = _earlier(idempotency, actor)
        if earlier is not None:
            card = find(earlier)
            return Change(customer=card, position=card.position, replayed=True)
        customer.save_base(force_insert=True)
        return _announce(
            customer,
            "registered",
            at=customer.created_at,
            actor=actor,
            request_id=request_id,
            idempotency=idempotency,
        )


def change(
    customer_id: UUID,
    *,
    name: str | None = None,
    email: str | None = None,
    actor: str,
    request_id: str = "",
) -> Change:
    """Change what is given; nothing new is no change, and no event."""
    with _email_once(), transaction.atomic():
        customer = _locked(customer_id)
        if customer.erased_at is not None:
            raise CustomerErased(customer_id)
        check(name=name, email=email)
        before = (customer.name, customer.email)
        customer.name = customer.name if name is None else name
        customer.email = customer.email if email is None else email
        if before == (customer.name, customer.email):
            return _unchanged(customer)
        customer.version += 1
        customer.save_base(update_fields=["name", "email", "version"])
        return _announce(
            customer, "details_changed", actor=actor, request_id=request_id
        )


def erase(customer_id: UUID, *, actor: str, request_id: str = "") -> Change:
    """Forget the person; the record stays without a name, its user is disabled."""
    with transaction.atomic():
        customer = _locked(customer_id)
        if customer.erased_at is not None:
            return _unchanged(customer)
        customer.name = customer.email = None
        customer.erased_at = timezone.now()
        customer.version += 1
        customer.save_base(update_fields=["name", "email", "erased_at", "version"])
        if customer.user_id is not None:
            _forget_user(customer.user_id)
        return _announce(
            customer,
            "erased",
            at=customer.erased_at,
            actor=actor,
            request_id=request_id,
        )


def _forget_user(user_id: UUID) -> None:
    """Disable the user, and leave nothing in it that names the person."""
    get_user_model().objects.filter(pk=user_id).update(
        is_active=False,
        username=f"erased-{user_id}",
        email="",
        first_name="",
        last_name="",
        password=make_password(None),
    )


def link(customer_id: UUID, *, user_id: UUID | None) -> None:
    """Let a user act as this customer, or nobody."""
    with transaction.atomic():
        customer = _locked(customer_id)
        if customer.erased_at is not None:
            raise CustomerErased(customer_id)
        customer.user_id = user_id
        customer.save_base(update_fields=["user"])


@contextmanager
def _email_once() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if EMAIL_ONCE in str(error):
            raise EmailTaken from error
        raise


def _earlier(idempotency: IdempotencyKey | None, actor: str) -> UUID | None:
    answers: Any = customer_registering.send(
        Customer, idempotency=idempotency, actor=actor
    )
    earlier: UUID | None = next((a for _, a in answers if a is not None), None)
    return earlier


def _announce(  # noqa: PLR0913
    customer: Customer,
    kind: Kind,
    *,
    actor: str,
    request_id: str,
    at: datetime | None = None,
    idempotency: IdempotencyKey | None = None,
) -> Change:
    answers = customer_changed.send(
        Customer,
        customer_id=customer.pk,
        version=customer.version,
        change=kind,
        at=at or timezone.now(),
        actor=actor,
        request_id=request_id,
        idempotency=idempotency,
    )
    customer.position = max((a for _, a in answers if a is not None), default=0)
    customer.save_base(update_fields=["position"])
    return _unchanged(customer)


def _unchanged(customer: Customer) -> Change:
    return Change(customer=_card(customer), position=customer.position)


def _locked(customer_id: UUID) -> Customer:
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None:
        raise CustomerNotFound(customer_id)
    return customer


def _card(customer: Customer) -> Card:
    return Card(
        customer_id=customer.pk,
        name=customer.name,
        email=customer.email,
        created_at=customer.created_at,
        erased_at=customer.erased_at,
        version=customer.version,
        position=customer.position,
    )
