"""Conditions and lost races: a command meets the order that its caller has seen."""

from uuid import uuid4

import pytest
from django.db import transaction

from orders_command.models import Event
from tests.orders import COMMANDS, an_order, confirmed
from tests.people import a_customer, desk_clerk, linked_to
from tests.racing import at_once


def test_a_stale_version_is_412_before_the_status_is_looked_at():
    order, clerk = an_order(a_customer()), desk_clerk()
    confirmed(order.order_id)
    url = f"{COMMANDS}/{order.order_id}/confirm"

    assert clerk.post(url, If_Match='"1"').status_code == 412
    assert clerk.post(url, If_Match='"2"').status_code == 409


def test_the_right_version_and_any_version_are_carried_out():
    order, clerk = an_order(a_customer()), desk_clerk()
    url = f"{COMMANDS}/{order.order_id}"

    assert clerk.post(f"{url}/confirm", If_Match='"1"').status_code == 200
    assert clerk.post(f"{url}/ship", If_Match="*").status_code == 200


def test_the_tag_of_the_query_side_names_the_version_too():
    order, clerk = an_order(a_customer()), desk_clerk()
    url = f"{COMMANDS}/{order.order_id}/confirm"

    assert clerk.post(url, If_Match='"9.0a1b2c"').status_code == 412
    assert clerk.post(url, If_Match='"1.0a1b2c"').status_code == 200


def test_a_customer_learns_no_version_of_other_peoples_orders():
    others, own = an_order(a_customer()), linked_to(a_customer())

    answer = own.post(f"{COMMANDS}/{others.order_id}/cancel", If_Match='"7"')

    assert answer.status_code == 404


@pytest.mark.parametrize("tag", ['"1", "2"', 'W/"1"', "1", '""', '"x"', '"٣"'])
def test_a_list_a_weak_tag_and_nonsense_are_400(tag):
    order = an_order(a_customer())

    answer = desk_clerk().post(f"{COMMANDS}/{order.order_id}/confirm", If_Match=tag)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "If-Match"


def test_an_unknown_order_is_404_whatever_the_version():
    url = f"{COMMANDS}/{uuid4()}/confirm"

    assert desk_clerk().post(url, If_Match='"1"').status_code == 404


def test_one_of_many_writers_with_the_same_version_wins():
    order, clerk = an_order(a_customer()), desk_clerk()
    url = f"{COMMANDS}/{order.order_id}/confirm"

    statuses = at_once(8, lambda: clerk.post(url, If_Match='"1"').status_code)

    assert sorted(statuses) == [200, *[412] * 7]
    assert Event.objects.filter(order_id=order.order_id).count() == 2


def test_without_a_version_the_server_decides_a_lost_race_anew():
    order, clerk = an_order(a_customer()), desk_clerk()
    url = f"{COMMANDS}/{order.order_id}/confirm"

    statuses = at_once(8, lambda: clerk.post(url).status_code)

    assert sorted(statuses) == [200, *[409] * 7]
    assert Event.objects.filter(order_id=order.order_id).count() == 2


def test_a_command_is_not_carried_out_inside_somebody_elses_transaction():
    with pytest.raises(RuntimeError, match="outside of trans"), transaction.atomic():
        confirmed(uuid4())
