"""Customers by the thousand: found by e-mail, and registered in one go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import IntegrityError, connection

from customers.details import EmailTaken
from customers.models import EMAIL_ONCE, Customer
from customers.signals import customers_registered

# Joined laterally so that the index is asked for each, whatever the planner believes.
OF_EMAILS = """
select given.email, lower(given.email), known.id
from unnest(%s::text[]) as given (email)
left join lateral (
    select id from customers_customer c
    where lower(c.email) = lower(given.email) limit 1) known on true
"""
LIVING = """
select id from customers_customer
where id = any(%s::uuid[]) and erased_at is null order by id for share
"""
COPY = """
copy customers_customer (id, version, name, email, created_at, position) from stdin
"""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who has an e-mail address, if anybody; `key` is equal for equal addresses."""

    key: str
    customer_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Somebody to be registered, with the moment at which that is said to be."""

    customer_id: UUID
    name: str
    email: str
    at: datetime


def of_emails(emails: Iterable[str]) -> dict[str, Holder]:
    """Return for each address who has it, without regard to case."""
    with connection.cursor() as cursor:
        cursor.execute(OF_EMAILS, [list(emails)])
        return {
            email: Holder(key=key, customer_id=customer_id)
            for email, key, customer_id in cursor.fetchall()
        }


def hold_living(ids: Iterable[UUID]) -> set[UUID]:
    """Return who of them is not erased, and let no erasure pass in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LIVING, [list(ids)])
        return {row[0] for row in cursor.fetchall()}


def register_all(newcomers: Sequence[Newcomer], *, actor: str) -> None:
    """
    Register them all, or none; call it inside a transaction.

    What they are called has been through `check`.

    :raises EmailTaken: if somebody has one of the addresses
    """
    answers: Any = customers_registered.send(Customer, newcomers=newcomers, actor=actor)
    positions = {key: at for _, told in answers for key, at in told.items()}
    rows = [
        (n.customer_id, 1, n.name, n.email, n.at, positions.get(n.customer_id, 0))
        for n in newcomers
    ]
    try:
        with connection.wrap_database_errors, connection.cursor() as cursor:
            copying: psycopg.Cursor = cursor.cursor
            with copying.copy(COPY) as copy:
                for row in rows:
                    copy.write_row(row)
    except IntegrityError as error:
        if EMAIL_ONCE in str(error):
            raise EmailTaken from None  # its words quote the address
        raise
