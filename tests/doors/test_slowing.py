"""Commands of the API wait while the read side is further behind than it may be."""

import time

import psycopg
import pytest

from config.local.addresses import OWNER_URLS
from orders_command.models import Order
from tests.orders import COMMANDS, an_order, order_body
from tests.pages.visiting import signed_in
from tests.people import a_customer, an_email, desk_clerk
from tests.projected import catch_up, projector_stopped
from tests.waiting import eventually


@pytest.fixture
def budget(settings):
    """Let the read side be half a second behind."""
    settings.LAG_BUDGET_SECONDS = 0.5


@pytest.fixture
def behind(budget, services):
    """Stop the projector, and wait until a command is refused for it."""
    catch_up()
    clerk, body = desk_clerk(), order_body(a_customer())
    with projector_stopped(services):
        eventually(lambda: clerk.post(COMMANDS, body).status_code == 429)
        yield
    catch_up()


def test_a_command_beyond_the_budget_is_429_before_anything_is_decided(behind):
    clerk, customer_id = desk_clerk(), a_customer()

    slowed = clerk.post(COMMANDS, order_body(customer_id))

    assert slowed.status_code == 429
    assert slowed.json()["type"].endswith("/too-many-requests")
    assert 1 <= int(slowed["Retry-After"]) <= 30
    assert not Order.objects.filter(customer_id=customer_id).exists()


def test_customers_are_written_no_faster_than_orders(behind):
    clerk, customer_id, email = desk_clerk(), a_customer(), an_email()
    path = f"/api/customers/{customer_id}"

    statuses = [
        clerk.post("/api/customers", {"name": "Ada", "email": email}).status_code,
        clerk.send("PATCH", path, {"name": "Eve"}).status_code,
        clerk.send("DELETE", path).status_code,
    ]

    assert statuses == [429] * 3
    assert clerk.get(path).json()["name"] == "Ada Lovelace"
    assert clerk.get(f"/api/customers?q={email}").json() == []


def test_reads_and_pages_are_not_slowed(behind):
    clerk, order = desk_clerk(), an_order(a_customer())
    client = signed_in(clerk)

    moved = client.post(f"/orders/{order.order_id}/confirm", {"version": 1})

    assert moved.status_code == 303, moved.content
    assert Order.objects.get(pk=order.order_id).status == "CONFIRMED"
    assert clerk.get("/api/query/orders?limit=1").status_code == 200
    assert clerk.get("/api/customers?limit=1").status_code == 200


def test_who_may_not_command_is_told_so_first(behind):
    stranger = desk_clerk().client.post(COMMANDS)

    assert stranger.status_code == 401


def test_commands_go_on_once_the_read_side_has_caught_up(budget, services):
    catch_up()
    clerk, body = desk_clerk(), order_body(a_customer())
    with projector_stopped(services):
        eventually(lambda: clerk.post(COMMANDS, body).status_code == 429)
    catch_up()

    eventually(lambda: clerk.post(COMMANDS, body).status_code == 201)


def test_without_a_budget_nothing_is_slowed(behind, settings):
    settings.LAG_BUDGET_SECONDS = 0

    answer = desk_clerk().post(COMMANDS, order_body(a_customer()))

    assert answer.status_code == 201


def test_a_read_side_that_does_not_answer_holds_up_no_command(budget, services):
    clerk, body = desk_clerk(), order_body(a_customer())
    catch_up()
    eventually(lambda: clerk.post(COMMANDS, body).status_code == 201)
    with psycopg.connect(services.environment()[OWNER_URLS[1]]) as held:
        held.execute("lock table orders_query_checkpoint in access exclusive mode")
        until = time.monotonic() + 3
        took, statuses = [], set()
        while time.monotonic() < until:
            began = time.monotonic()
            statuses.add(clerk.post(COMMANDS, body).status_code)
            took.append(time.monotonic() - began)

    assert statuses == {201}
    # Who waited for the answer would wait for the read side's 2.5 s, each time.
    assert len(took) > 3
    assert max(took) < 2
    catch_up()
