"""Published. Who our customers are: the only place that writes them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone

from customers import journal
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
from customers.finding import (
    Card,
    Place,
    card_of,
    cards,
    erased,
    find,
    of_email,
    search,
    user_of,
)
from customers.journal import told, touched_by_erasure
from customers.models import EMAIL_ONCE, Customer
from customers.signals import (
    IdempotencyKey,
    Kind,
    customer_changed,
    customer_erasing,
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
    "told",
    "touched_by_erasure",
    "user_of",
]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a write left behind, and its place in the log."""

    customer: Card
    position: int
    replayed: bool = False
    touched: Mapping[str, int] = field(default_factory=dict)  # by an erasure


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


def erase(
    customer_id: UUID, *, actor: str, request_id: str = "", at: datetime | None = None
) -> Change:
    """
    Forget the person; the record stays without a name, its user is disabled.

    `at` is when it was erased before, if a restore has brought it back. The change
    tells what was touched: never a word, only how much.
    """
    with transaction.atomic():
        customer = _locked(customer_id)
        if customer.erased_at is not None:
            return replace(_unchanged(customer), touched=customer.touched or {})
        customer.touched = _forgotten(customer)
        customer.name = customer.email = None
        customer.erased_at = at or timezone.now()
        customer.version += 1
        customer.save_base(
            update_fields=["name", "email", "erased_at", "touched", "version"]
        )
        change = _announce(
            customer,
            "erased",
            at=customer.erased_at,
            actor=actor,
            request_id=request_id,
        )
        transaction.on_commit(lambda: journal.keep(customer_id), robust=True)
        return replace(change, touched=customer.touched)


def _forgotten(customer: Customer) -> dict[str, int]:
    """Take away what others keep of the person, and tell how much of all there is."""
    touched = {"name": 1, "email": 1}
    answers: Any = customer_erasing.send(Customer, customer_id=customer.pk)
    for _, more in answers:
        touched |= more
    if customer.user_id is not None:
        # What a user keeps of a person, the model of users knows.
        user: Any = get_user_model().objects.get(pk=customer.user_id)
        touched |= user.forget()
    return touched


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
    return Change(customer=card_of(customer), position=customer.position)


def _locked(customer_id: UUID) -> Customer:
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None:
        raise CustomerNotFound(customer_id)
    return customer
