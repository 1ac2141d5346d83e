"""Pending orders are cancelled when their time is up, and no others."""

import logging
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from prometheus_client import REGISTRY

from orders_command import expiring
from orders_command.models import Event, Order, OrderRemark
from orders_command.store import expiry
from tests.expiring.conftest import DAY
from tests.orders import confirmed, noted


def status_of(order_id):
    return Order.objects.get(pk=order_id).status


def cancellations(outcome):
    labels = {"command": "ExpireOrder", "outcome": outcome}
    return REGISTRY.get_sample_value("orders_commands_total", labels) or 0.0


def test_an_order_whose_time_is_up_is_cancelled_with_the_reason(shop):
    order_id, before = shop.placed(), cancellations("accepted")

    shop.run()

    last = Event.objects.get(order_id=order_id, version=2)
    words = OrderRemark.objects.get(pk=last.data["reason_id"]).text
    assert status_of(order_id) == "CANCELLED"
    assert (last.type, last.actor) == ("OrderCancelled", "system:expiry")
    days = shop.age // DAY
    assert words == f"Cancelled automatically: not confirmed within {days} days."
    assert cancellations("accepted") == before + 1


def test_younger_orders_and_those_that_were_confirmed_stay_as_they_are(shop):
    young = shop.placed(before=-DAY)
    kept = shop.placed()
    confirmed(kept)

    shop.run()

    assert [status_of(order_id) for order_id in (young, kept)] == [
        "PENDING",
        "CONFIRMED",
    ]


def test_its_time_runs_from_when_it_was_placed_whatever_is_noted(shop):
    order_id = shop.placed()
    noted(order_id)

    shop.run()

    assert status_of(order_id) == "CANCELLED"


def test_what_was_too_old_when_it_was_turned_on_is_left_to_a_person(shop):
    order_id = shop.placed(before=DAY)

    shop.run()
    left = status_of(order_id)
    shop.by_hand()

    assert (left, status_of(order_id)) == ("PENDING", "CANCELLED")


def test_what_became_too_old_since_the_last_run_is_made_up_for(shop):
    order_id = placed_since_it_is_on(shop)

    shop.run()

    assert status_of(order_id) == "CANCELLED"


def test_a_past_order_that_is_brought_in_later_is_left_to_a_person(shop):
    placed_since_it_is_on(shop)
    shop.run()

    order_id = shop.placed(before=timedelta(hours=2))
    shop.run()

    assert status_of(order_id) == "PENDING"


def test_turned_off_for_long_and_on_again_it_begins_with_the_orders_of_then(
    shop, caplog
):
    order_id = placed_since_it_is_on(shop)

    shop.rest()
    with caplog.at_level(logging.INFO, "orders_command"):
        shop.turn_off()
    shop.turn_on()

    assert status_of(order_id) == "PENDING"
    assert [line for line in caplog.messages if "begins anew" in line]


def test_a_worker_in_which_it_is_off_makes_others_pass_over_nothing(shop):
    order_id = placed_since_it_is_on(shop)

    shop.turn_off()
    shop.turn_on()

    assert status_of(order_id) == "CANCELLED"


def placed_since_it_is_on(shop):
    """Place an order that became too old two hours ago, an hour after the last run."""
    expiry.forget(unused_for=timedelta())
    shop.age += timedelta(hours=3)
    shop.turn_on()
    shop.set_age(shop.age - timedelta(hours=3))
    return shop.placed(before=timedelta(hours=2))


def test_off_it_cancels_nothing(shop):
    order_id = shop.placed()

    shop.turn_off()
    shop.run()

    assert status_of(order_id) == "PENDING"


def test_a_dry_run_lists_and_changes_nothing_and_then_it_is_done(shop):
    order_id = shop.placed(before=DAY)
    number = Order.objects.get(pk=order_id).order_number

    dry = shop.by_hand(dry_run=True)
    left = status_of(order_id)
    done = shop.by_hand()

    assert f"{number}, placed " in dry
    assert "7.00 USD: would be cancelled" in dry
    assert dry.splitlines()[-1] == "1 would be cancelled"
    assert left == "PENDING"
    assert "7.00 USD: cancelled" in done
    assert done.splitlines()[-1] == "1 cancelled"
    assert shop.by_hand().splitlines() == ["0 cancelled"]


def test_by_hand_somebody_says_how_old_is_too_old(shop):
    order_id = shop.placed(before=DAY)
    seconds = str((shop.age + DAY / 2).total_seconds())
    shop.turn_off()

    with pytest.raises(CommandError, match="--after SECONDS"):
        shop.by_hand()
    call_command("cancel_expired", "--after", seconds)

    assert status_of(order_id) == "CANCELLED"


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_a_time_that_is_none_is_refused(shop, seconds):
    with pytest.raises(CommandError, match="--after"):
        call_command("cancel_expired", "--after", seconds)


def test_a_run_that_is_cut_short_leaves_the_rest_to_the_next(shop):
    orders = [shop.placed() for _ in range(3)]

    cut = expiring.expire(age=shop.age, seconds=-1)
    left = [status_of(order_id) for order_id in orders]
    shop.run()

    assert (cut.cancelled, cut.is_cut_short) == (0, True)
    assert set(left) == {"PENDING"}
    assert {status_of(order_id) for order_id in orders} == {"CANCELLED"}


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (1, "1 second"),
        (90, "90 seconds"),
        (1_800, "30 minutes"),
        (3_600, "1 hour"),
        (5_400, "90 minutes"),
        (129_600, "36 hours"),
        (259_200, "3 days"),
        (2.5, "2.5 seconds"),
    ],
)
def test_a_time_is_told_in_its_greatest_whole_unit(seconds, told):
    assert expiring.told(timedelta(seconds=seconds)) == told


def test_the_orders_to_look_at_are_found_by_an_index(shop):
    sent = []

    def note(execute, sql, params, many, context):
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        shop.by_hand(dry_run=True)
    sql, parameters = next(
        each for each in sent if "from orders_command_order" in each[0]
    )
    with connection.cursor() as cursor:
        cursor.execute("set enable_seqscan = off; set enable_sort = off")
        cursor.execute(f"explain (costs off) {sql}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    connection.close()

    assert "Index Scan using order_by_age" in plan, plan
