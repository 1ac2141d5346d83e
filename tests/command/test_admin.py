"""Orders and the log in the admin: to look at, and to command."""

from uuid import uuid4

import pytest
from django.contrib.messages import get_messages

from orders_command.models import Event, Order
from tests.orders import an_order, confirmed
from tests.pages.visiting import fields
from tests.people import a_customer, administrator, somebody

ORDERS = "/admin/orders_command/order/"
EVENTS = "/admin/orders_command/event/"


@pytest.fixture
def browser():
    caller = administrator()
    caller.client.force_login(
        caller.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    return caller


def action(browser, name, *order_ids):
    chosen = [str(order_id) for order_id in order_ids]
    return browser.client.post(ORDERS, {"action": name, "_selected_action": chosen})


def test_an_order_is_found_by_number_reference_and_id(browser):
    reference = f"r-{uuid4()}"
    order = an_order(a_customer(), reference=reference)

    for words in (order.order_number, reference, str(order.order_id)):
        page = browser.client.get(ORDERS, {"q": words})
        assert page.context["cl"].result_count == 1
    assert browser.client.get(ORDERS, {"q": "no such"}).status_code == 200


def test_orders_and_events_are_only_shown(browser):
    order = an_order(a_customer(), note="Ring twice.")
    event = Event.objects.get(order_id=order.order_id)

    shown = browser.client.get(f"{ORDERS}{order.order_id}/change/")
    assert "Ring twice." in shown.content.decode()
    assert browser.client.get(f"{EVENTS}{event.position}/change/").status_code == 200
    assert browser.client.get(EVENTS, {"q": "no such"}).status_code == 200
    for page in (
        f"{ORDERS}add/",
        f"{EVENTS}add/",
        f"{ORDERS}{order.order_id}/delete/",
        f"{EVENTS}{event.position}/delete/",
    ):
        assert browser.client.get(page).status_code == 403
    saved = browser.client.post(f"{ORDERS}{order.order_id}/change/", {"status": "x"})
    assert saved.status_code == 403


def test_an_action_commands_each_order_and_tells_of_each(browser):
    customer_id = a_customer()
    pending, past = an_order(customer_id), an_order(customer_id)
    confirmed(past.order_id)

    answer = action(browser, "confirm", pending.order_id, past.order_id)

    done, refused = sorted(
        (str(message) for message in get_messages(answer.wsgi_request)), key=len
    )
    assert answer.status_code == 302
    assert done == f"{pending.order_number}: CONFIRMED at version 2."
    assert refused.startswith(f"{past.order_number}: Only an order that is PENDING")
    last = Event.objects.get(order_id=pending.order_id, version=2)
    assert last.actor == f"user:{browser.user.pk}"


def test_an_action_is_meant_for_the_version_that_the_list_has_shown(browser):
    order = an_order(a_customer())
    page = browser.client.get(ORDERS, {"q": order.order_number}).content
    seen = {n: texts[0] for n, texts in fields(page).items() if "version-" in n}
    confirmed(order.order_id)

    chosen = {"action": "cancel", "_selected_action": [str(order.order_id)], **seen}
    answer = browser.client.post(ORDERS, chosen)

    [message] = get_messages(answer.wsgi_request)
    assert seen == {f"version-{order.order_id}": "1"}
    assert "version 2" in str(message)
    assert Order.objects.get(pk=order.order_id).status == "CONFIRMED"


def test_an_order_goes_all_its_way_by_actions(browser):
    order = an_order(a_customer())

    for name in ("confirm", "ship", "deliver"):
        action(browser, name, order.order_id)

    assert Order.objects.get(pk=order.order_id).status == "DELIVERED"


def test_staff_without_the_right_command_nothing():
    order, caller = an_order(a_customer()), somebody(staff=True)
    caller.client.force_login(
        caller.user, backend="django.contrib.auth.backends.ModelBackend"
    )

    assert action(caller, "confirm", order.order_id).status_code == 403
    assert Order.objects.get(pk=order.order_id).version == 1
