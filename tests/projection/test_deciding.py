"""Who decides on a parked event: on the command line, and in the admin."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from tests.people import administrator, analyst
from tests.projection.damage import out_of_step
from tests.projection.parked import decisions, parked, read_row

pytestmark = pytest.mark.usefixtures("nothing_stays_parked")
PARKED = "/admin/orders_query/parkedevent/"


def test_the_terminal_shows_retries_and_skips(services, parked_order):
    order_id = parked_order.order_id

    assert f"orders {order_id}: OrderConfirmed v2" in told("parked")
    with out_of_step(services, order_id), pytest.raises(CommandError, match="1 of 1"):
        told("parked", "retry", str(order_id))
    with pytest.raises(CommandError, match="--reason"):
        told("parked", "skip", str(order_id))
    assert "2 applied" in told("parked", "retry", "--all", "--by", "ada")
    assert told("parked") == "nothing is parked\n"
    assert decisions(order_id)[-1].actor == "system:ada"
    with pytest.raises(CommandError, match="Nothing like that"):
        told("parked", "retry", str(uuid4()))


def test_the_admin_retries_and_skips_with_a_reason(services, parked_order):
    order_id, browser = parked_order.order_id, signed_in(administrator())

    assert str(order_id) in browser.client.get(PARKED).content.decode()
    assert "needs a reason" in act(browser, "skip", order_id)
    with out_of_step(services, order_id):
        assert "failed: OutOfSequence" in act(browser, "retry", order_id)
    assert "applied" in act(browser, "retry_all", reason="mended")

    actors = {decision.actor for decision in decisions(order_id)}
    assert actors == {f"user:{browser.user.pk}"}
    assert read_row(order_id).status == "SHIPPED"


def test_only_an_administrator_decides_in_the_admin(parked_order):
    browser = signed_in(analyst())

    browser.client.post(PARKED, {"action": "retry_all", "_selected_action": "1"})

    assert len(parked(parked_order.order_id)) == 2


def told(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def signed_in(caller):
    caller.client.force_login(
        caller.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    return caller


def act(browser, name, *order_ids, reason=""):
    """Send an action of the admin's list, and return the page that follows."""
    ticked = [str(event.pk) for order_id in order_ids for event in parked(order_id)[:1]]
    sent = {"action": name, "_selected_action": ticked, "reason": reason}
    return browser.client.post(PARKED, sent, follow=True).content.decode()
