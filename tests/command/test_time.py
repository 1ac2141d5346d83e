"""Within one order, and one customer, time does not run backwards."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers import directory
from orders_command.models import Event, Order
from tests.orders import an_order, confirmed, delivered, shipped
from tests.people import a_customer, an_email


def times(**of):
    events = Event.objects.filter(**of).order_by("version")
    return list(events.values_list("occurred_at", flat=True))


def test_a_clock_that_was_put_back_makes_no_event_earlier_than_the_one_before():
    tomorrow = timezone.now() + timedelta(days=1)
    order = an_order(a_customer(), at=tomorrow)

    confirmed(order.order_id)
    shipped(order.order_id)

    assert times(order_id=order.order_id) == [tomorrow] * 3
    assert Order.objects.get(pk=order.order_id).last_updated_at == tomorrow


def test_a_command_happens_now_when_the_clock_is_right():
    yesterday = timezone.now() - timedelta(days=1)
    order = an_order(a_customer(), at=yesterday)
    began = timezone.now()

    confirmed(order.order_id)

    placed, moved = times(order_id=order.order_id)
    assert placed == yesterday
    assert began <= moved <= timezone.now()


def test_a_time_that_is_told_may_not_be_before_the_last_event():
    noon = timezone.now() - timedelta(days=1)
    order = an_order(a_customer(), at=noon)
    confirmed(order.order_id, at=noon)  # the same moment will do

    with pytest.raises(ValueError, match="before the order's last event"):
        shipped(order.order_id, at=noon - timedelta(microseconds=1))

    assert times(order_id=order.order_id) == [noon] * 2
    shipped(order.order_id, at=noon)
    delivered(order.order_id, at=noon + timedelta(hours=1))


def test_a_customers_changes_do_not_run_backwards_either():
    tomorrow = timezone.now() + timedelta(days=1)
    change = directory.register(
        name="Ada", email=an_email(), actor="system:tests", at=tomorrow
    )
    customer_id = change.customer.customer_id

    directory.change(customer_id, name="Ada L.", actor="system:tests")

    assert times(customer_id=customer_id) == [tomorrow] * 2
