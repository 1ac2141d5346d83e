"""A real worker and a real beat, with a time of two seconds."""

from pathlib import Path

import pytest
from django.core.management import call_command

from config.local import application
from config.local.embedded import Embedded
from orders_command.models import Event, Order
from tests.orders import an_order, confirmed
from tests.people import a_customer
from tests.services import environment_of, started
from tests.waiting import eventually

SECONDS = 2.0


@pytest.fixture
def beating(services: Embedded, tmp_path: Path):
    """Run a worker and its beat beside the others, on a queue of their own."""
    environment = environment_of(services)
    queue = environment["REDIS_URL"].removesuffix("/0") + "/1"
    mine = {
        **environment,
        "VAR_DIR": str(tmp_path),
        "REDIS_URL": queue,
        "CANCEL_PENDING_AFTER_SECONDS": str(SECONDS),
    }
    # Another test's demo account would keep them from starting.
    call_command("demo_access", disable=True)
    both = application.worker(mine), application.beat(mine)
    with started(services, *both, name="expiring"):
        yield


@pytest.mark.usefixtures("beating")
def test_what_nobody_confirms_is_cancelled_in_time_and_what_is_confirmed_stays():
    customer_id = a_customer()
    left = [an_order(customer_id).order_id for _ in range(5)]
    kept = an_order(customer_id).order_id
    confirmed(kept)

    eventually(
        lambda: {o.status for o in Order.objects.filter(pk__in=left)} == {"CANCELLED"},
        timeout=30,
    )

    for order_id in left:
        placed, ended = Event.objects.filter(order_id=order_id).order_by("version")
        assert ended.actor == "system:expiry"
        assert (ended.occurred_at - placed.occurred_at).total_seconds() >= SECONDS
    assert Order.objects.get(pk=kept).status == "CONFIRMED"
