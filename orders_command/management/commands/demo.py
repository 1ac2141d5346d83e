"""A shop with a past: 2,000 orders over the last 90 days, made by issuing commands."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, assert_never
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from customers import directory
from orders_command.domain.commands import (
    AmendItems,
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    ShipOrder,
)
from orders_command.domain.commands import Command as OrderCommand
from orders_command.events import Item
from orders_command.handlers import handle, new_order, new_remark, new_shipment
from orders_command.management.commands._catalogue import (
    CARRIERS,
    FIRST_NAMES,
    LAST_NAMES,
    NOTES,
    PRODUCTS,
    REASONS,
)
from orders_command.models import Event, Order

SEED = 20260101
ORDERS = 2_000
CUSTOMERS = 150
DAYS = 90
ACTOR = "system:demo"


Kind = Literal["amend", "confirm", "ship", "deliver", "cancel"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that happens to an order some time after it was placed."""

    after: timedelta
    kind: Kind


class Command(BaseCommand):
    help = "Loads a demo, once; one that was ended half way is completed."

    def handle(self, *args: Any, **options: Any) -> None:
        if _somebody_sells():
            self.stdout.write("There are orders already; the demo is not loaded.")
            return
        missing = ORDERS - Order.objects.count()
        if missing <= 0:
            self.stdout.write("The demo is loaded already.")
            return
        began = time.monotonic()
        chance = random.Random(SEED)  # noqa: S311 - a demo that is the same each time
        _be_quick()
        now = timezone.now()
        customers = list(_customers(chance, now))
        # What an earlier start has placed is not drawn again.
        chance.seed(SEED + ORDERS - missing)
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal) as progress:
            bar = progress.add_task("placing orders", total=missing)
            for moment in _moments(chance, now, missing):
                _live(chance, chance.choice(customers), moment, now)
                progress.advance(bar)
        self.stdout.write(
            f"{missing:,} orders of {CUSTOMERS} customers "
            f"in {time.monotonic() - began:.1f} s"
        )


def _somebody_sells() -> bool:
    """Tell whether there is an order that no demo has placed."""
    placed = Event.objects.filter(version=1, order__isnull=False)
    return placed.exclude(actor=ACTOR).exists()


def _be_quick() -> None:
    """Do not wait for the disk after each command: what is lost is placed again."""
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")


def _customers(chance: random.Random, now: datetime) -> Iterator[UUID]:
    for number in range(CUSTOMERS):
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        domain = chance.choice(["example.com", "example.org", "example.net"])
        joined = now - timedelta(days=DAYS + chance.randint(1, 300))
        email = f"{first}.{last}{number}@{domain}".lower()
        try:
            change = directory.register(
                name=f"{first} {last}", email=email, actor=ACTOR, at=joined
            )
        except directory.EmailTaken:  # an earlier start was ended half way
            yield directory.search(email, limit=1)[0].customer_id
        else:
            yield change.customer.customer_id


def _moments(chance: random.Random, now: datetime, count: int) -> list[datetime]:
    seconds = DAYS * 86_400
    ages = sorted((chance.randint(300, seconds) for _ in range(count)), reverse=True)
    return [now - timedelta(seconds=age) for age in ages]


def _live(
    chance: random.Random, customer_id: UUID, placed_at: datetime, now: datetime
) -> None:
    """Place an order, and let happen to it what has had the time to happen."""
    create = new_order(
        customer_id=customer_id,
        items=_items(chance),
        currency="USD",
        reference=f"web-{chance.getrandbits(32):08x}"
        if chance.random() < 0.3
        else None,
        note=chance.choice(NOTES) if chance.random() < 0.1 else None,
    )
    receipt = handle(create, actor=ACTOR, at=placed_at)
    for step in _fate(chance):
        at = placed_at + step.after
        if at > now:
            return
        handle(_command(chance, step.kind, receipt.order_id), actor=ACTOR, at=at)


def _items(chance: random.Random) -> tuple[Item, ...]:
    chosen = chance.sample(PRODUCTS, chance.choice([1, 1, 2, 2, 3, 4, 5]))
    return tuple(
        Item(
            product_id=product,
            quantity=chance.choice([1, 1, 1, 2, 3]),
            price=Decimal(price),
        )
        for product, price in chosen
    )


def _fate(chance: random.Random) -> list[Step]:
    patience = chance.choice([60, 600, 600, 7_200])
    confirmed = timedelta(minutes=chance.randint(2, patience))
    second_thoughts = Step(after=confirmed / 2, kind="amend")
    begun = [second_thoughts] if chance.random() < 0.06 else []
    if chance.random() < 0.05:
        return [*begun, Step(after=confirmed, kind="cancel")]
    shipped = confirmed + timedelta(hours=chance.randint(2, 72))
    if chance.random() < 0.03:
        given_up = Step(after=shipped, kind="cancel")
        return [*begun, Step(after=confirmed, kind="confirm"), given_up]
    delivered = shipped + timedelta(hours=chance.randint(20, 120))
    return [
        *begun,
        Step(after=confirmed, kind="confirm"),
        Step(after=shipped, kind="ship"),
        Step(after=delivered, kind="deliver"),
    ]


def _command(chance: random.Random, kind: Kind, order_id: UUID) -> OrderCommand:
    match kind:
        case "amend":
            return AmendItems(order_id=order_id, items=_items(chance))
        case "confirm":
            return ConfirmOrder(order_id=order_id)
        case "ship":
            shipment = new_shipment(
                carrier=chance.choice(CARRIERS),
                tracking_number=f"T-{chance.getrandbits(40):010X}",
            )
            return ShipOrder(order_id=order_id, shipment=shipment)
        case "deliver":
            return DeliverOrder(order_id=order_id)
        case "cancel":
            reason = new_remark(chance.choice(REASONS))
            return CancelOrder(order_id=order_id, reason=reason)
        case _:
            assert_never(kind)
