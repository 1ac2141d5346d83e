"""Every answer says how old it is; who wants fresher ones gets them, or nothing."""

import io
import time

import pytest
from django.core.management import call_command

from orders_command import feed
from orders_query import projector
from tests.orders import an_order, confirmed
from tests.people import PASSWORD, a_customer, administrator, desk_clerk, somebody
from tests.projected import catch_up, checkpoint, projector_stopped, pulse
from tests.waiting import eventually

ORDERS = "/api/query/orders"


@pytest.fixture
def clerk():
    return desk_clerk()


@pytest.fixture
def impatient(settings):
    settings.CONSISTENCY_WAIT_SECONDS = 0.1


def age(answer):
    return int(answer["Data-Age"])


def older_than(clerk, milliseconds):
    eventually(lambda: age(clerk.get(ORDERS)) > milliseconds)


@pytest.mark.parametrize(
    "path",
    [
        "/orders",
        "/orders/{id}",
        "/orders/{id}/history",
        "/orders/customer/{customer}",
        "/customers/{customer}/summary",
        "/sales/daily",
        "/sales/products",
        "/orders/counts",
        "/orders/changes",
    ],
)
def test_every_answer_says_how_old_it_is(clerk, path):
    customer_id = a_customer()
    order = an_order(customer_id)
    catch_up()
    pulse()

    answer = clerk.get(
        "/api/query" + path.format(id=order.order_id, customer=customer_id)
    )

    assert answer.status_code == 200
    assert 0 <= age(answer) < 30_000


def test_age_grows_while_nobody_looks_at_the_log_and_a_pulse_takes_it_back(
    clerk, services
):
    catch_up()
    with projector_stopped(services):
        first = age(clerk.get(ORDERS))
        eventually(lambda: age(clerk.get(ORDERS)) > first + 100)
        old = age(clerk.get(ORDERS))
    pulse()

    assert age(clerk.get(ORDERS)) < old


def test_a_pulse_moves_no_position(clerk):
    stands = catch_up()

    pulse()

    assert checkpoint() == stands


def test_nothing_is_too_old_as_long_as_nothing_is_missing(clerk, services):
    """The pulse comes once a second; the log itself proves that it is no older."""
    catch_up()
    with projector_stopped(services):
        older_than(clerk, 60)
        answer = clerk.get(f"{ORDERS}?maxStaleness=50ms")

    assert (answer.status_code, answer["Read-Source"]) == (200, "replica_1")
    assert age(answer) == 0


def test_data_that_are_too_old_are_refused(clerk, services, impatient):
    customer_id = a_customer()
    catch_up()
    with projector_stopped(services):
        order = an_order(customer_id)
        eventually(lambda: feed.age_of_next(after=checkpoint()) > 0.1)
        listed = clerk.get(f"{ORDERS}?maxStaleness=100ms")
        patient = clerk.get(f"{ORDERS}?maxStaleness=3600s")
        one = clerk.get(f"{ORDERS}/{order.order_id}?maxStaleness=0ms")

    assert (listed.status_code, listed["Retry-After"]) == (503, "1")
    assert listed.json()["type"].endswith("/not-yet-consistent")
    assert patient.status_code == 200
    assert (one["Read-Source"], age(one)) == ("log", 0)


def test_with_the_replica_behind_the_primary_is_young_enough(clerk, replica, impatient):
    order = an_order(a_customer())
    catch_up()
    replica.pause()
    moved = confirmed(order.order_id)
    eventually(lambda: projector.step("orders").position >= moved.position)
    eventually(lambda: age(clerk.get(ORDERS)) > 20)

    answer = clerk.get(f"{ORDERS}/{order.order_id}?maxStaleness=10ms")

    assert (answer["Read-Source"], answer.json()["version"]) == ("query", 2)


def test_a_page_says_when_it_is_behind(services, settings):
    settings.STALE_PAGE_SECONDS = 0
    clerk = somebody("order desk", password=PASSWORD)
    clerk.client.force_login(clerk.user)
    catch_up()
    with projector_stopped(services):
        behind = clerk.client.get("/orders").content.decode()
    settings.STALE_PAGE_SECONDS = 3600
    fine = clerk.client.get("/orders").content.decode()

    assert "This page is behind" in behind
    assert "This page is behind" not in fine


def test_the_admin_shows_an_administrators_own_writes(replica, impatient):
    admin = administrator()
    admin.client.force_login(admin.user)
    order = an_order(a_customer())
    catch_up()
    replica.pause()
    acted = admin.client.post(
        "/admin/orders_command/order/",
        {"action": "confirm", "_selected_action": str(order.order_id)},
    )
    moved = checkpoint() + 1
    eventually(lambda: projector.step("orders").position >= moved)
    url = f"/admin/orders_query/orderreadmodel/?q={order.order_number}"
    shown = admin.client.get(url)

    assert acted.status_code == 302
    assert "consistency" in acted.cookies
    assert 'class="field-status">CONFIRMED<' in shown.content.decode()
    assert int(shown["Consistency-Token"]) >= moved


def test_the_terminal_tells_what_the_api_tells():
    an_order(a_customer())
    stands = catch_up()
    told = io.StringIO()

    call_command("sync_status", stdout=told)

    lines = told.getvalue()
    assert f"log at {stands}" in lines
    for name in ("orders", "sales"):
        assert f"{name:<12} at {stands:<12} 0 events behind" in lines
    assert "replica_1    healthy" in lines
    assert "doorbell     broker answers" in lines


def test_a_question_about_age_costs_the_log_one_look_at_most(clerk):
    catch_up()
    pulse()
    began = time.monotonic()

    answers = {clerk.get(f"{ORDERS}?maxStaleness=1ms").status_code for _ in range(20)}

    assert answers == {200}
    assert time.monotonic() - began < 10
