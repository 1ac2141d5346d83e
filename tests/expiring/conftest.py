"""Orders that were placed long before any other test's: each age is one test's own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count
from typing import Any

import pytest
from django.core.management import call_command

from orders_command.models import ExpiryMark
from orders_command.store import expiry
from tests.orders import an_order
from tests.people import a_customer

DAY = timedelta(days=1)
_days = count(50_000, 10)  # nothing else is so old, and what is left is younger


class Shop:
    """Cancels orders of an age that no other test's have."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings
        self.age = next(_days) * DAY
        expiry.forget(unused_for=timedelta())
        self.turn_on()

    def turn_on(self) -> None:
        self.set_age(self.age)
        self.run()

    def set_age(self, age: timedelta) -> None:
        self.age = age
        self._settings.CANCEL_PENDING_AFTER_SECONDS = age.total_seconds()

    def turn_off(self) -> None:
        self._settings.CANCEL_PENDING_AFTER_SECONDS = 0.0
        self.run()

    def rest(self) -> None:
        """Let the last run have been more than a day ago."""
        ExpiryMark.objects.update(looked_at=datetime.now(UTC) - 1.01 * DAY)

    def run(self) -> None:
        """Do what beat asks for."""
        call_command("cancel_expired", automatic=True)

    def by_hand(self, **how: Any) -> str:
        said = StringIO()
        call_command("cancel_expired", stdout=said, **how)
        return said.getvalue()

    def placed(self, *, before: timedelta = timedelta(), **more: Any) -> Any:
        """Place an order that is just too old, or so long before that."""
        at = datetime.now(UTC) - self.age - before
        return an_order(a_customer(), at=at, **more).order_id


@pytest.fixture
def shop(settings: Any) -> Iterator[Shop]:
    yield Shop(settings)
    expiry.forget(unused_for=timedelta())
