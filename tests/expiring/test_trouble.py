"""Confirmed just then, twice at once, killed, or with a database that takes nothing."""

import logging
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.core.management import CommandError
from django.db import connections

from config.local import application
from orders_command import expiring
from orders_command.domain.errors import InvalidTransition
from orders_command.expiring import Outcome
from orders_command.models import Event
from tests.maintenance import maintenance_of
from tests.orders import cancelled, confirmed, noted
from tests.services import environment_of
from tests.waiting import eventually


def events_of(order_id):
    events = Event.objects.filter(order_id=order_id).order_by("version")
    return [event.type.removeprefix("Order") for event in events]


def as_the_desk_does(order, *, age):
    """Cancel whatever has become of it: the desk may, of a confirmed order too."""
    cancelled(order.order_id)
    return Outcome.CANCELLED


def race(shop, cancel):
    """
    Confirm orders while they are cancelled for their age, each by one and the other.

    Return for each order what the one and the other was told, and its events.
    """
    told = {shop.placed(): [] for _ in range(12)}
    met = Barrier(2)

    def confirm():
        try:
            for order_id, answers in told.items():
                met.wait(10)
                answers.append(_is_confirmed(order_id))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        confirming = pool.submit(confirm)
        due = {order.order_id: order for order in expiring.overdue(age=shop.age)}
        for place, order_id in enumerate(told):
            met.wait(10)
            if place % 3 == 0:  # it was seen as pending, and is confirmed since
                eventually(lambda of=order_id: events_of(of) != ["Created"])
            told[order_id].append(cancel(due[order_id], age=shop.age))
        confirming.result(10)
    return [(set(answers), events_of(order_id)) for order_id, answers in told.items()]


def _is_confirmed(order_id):
    try:
        confirmed(order_id)
    except InvalidTransition:
        return "refused"
    return "confirmed"


ONE_WINS = (
    ({"confirmed", Outcome.OVERTAKEN}, ["Created", "Confirmed"]),
    ({"refused", Outcome.CANCELLED}, ["Created", "Cancelled"]),
)


def test_of_a_confirmation_and_an_expiry_exactly_one_wins(shop):
    outcomes = race(shop, expiring.cancel)

    assert [outcome for outcome in outcomes if outcome not in ONE_WINS] == []
    assert ONE_WINS[0] in outcomes


def test_a_cancellation_as_the_desk_gives_it_would_undo_confirmations(shop):
    outcomes = race(shop, as_the_desk_does)

    both = {"confirmed", Outcome.CANCELLED}, ["Created", "Confirmed", "Cancelled"]
    assert both in outcomes


def test_what_is_noted_meanwhile_does_not_save_an_order(shop):
    order_id = shop.placed()
    [order] = expiring.overdue(age=shop.age)
    noted(order_id)

    assert expiring.cancel(order, age=shop.age) is Outcome.CANCELLED
    assert events_of(order_id) == ["Created", "NoteAdded", "Cancelled"]


def test_two_runs_at_once_cancel_each_order_once(shop):
    orders = [shop.placed() for _ in range(20)]

    def run(_):
        try:
            return expiring.expire(age=shop.age).cancelled
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(run, range(2)))

    assert sum(counts) == 20
    assert {tuple(events_of(order_id)) for order_id in orders} == {
        ("Created", "Cancelled")
    }


def test_a_run_that_is_killed_is_gone_on_with(shop, services, tmp_path: Path):
    orders = [shop.placed() for _ in range(3)]
    fault = tmp_path / "command.after_commit@ExpireOrder"
    fault.write_text("kill")
    more = {**environment_of(services), "FAULTS_DIR": str(tmp_path)}
    seconds = str(shop.age.total_seconds())
    command = application.command(more, "cancel_expired", "--after", seconds)

    killed = subprocess.run(
        command.arguments,
        env=dict(command.environment),
        cwd=command.folder,
        check=False,
    )
    shop.run()

    assert killed.returncode == -9
    assert {tuple(events_of(order_id)) for order_id in orders} == {
        ("Created", "Cancelled")
    }


def test_in_maintenance_it_says_so_in_one_line_and_goes_on_later(
    shop, services, caplog
):
    order_id = shop.placed()

    with maintenance_of(services), caplog.at_level(logging.INFO, "orders_command"):
        shop.run()
        with pytest.raises(CommandError, match="takes nothing") as by_hand:
            shop.by_hand()
        said = [line for line in caplog.messages if "cancelled" in line]
    left = events_of(order_id)
    shop.run()

    assert said == ["No order is cancelled for now: InternalError"]
    assert by_hand.value.returncode == 3
    assert (left, events_of(order_id)) == (["Created"], ["Created", "Cancelled"])
