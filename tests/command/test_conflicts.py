"""A refused command tells where its order stands, and what has happened to it."""

import json
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from config.access.models import WRITE
from orders_command import store
from orders_command.domain.order import evolve
from orders_command.events import OrderConfirmed
from orders_command.models import Event
from tests.orders import (
    ACTOR,
    COMMANDS,
    an_order,
    cancelled,
    confirmed,
    noted,
    shipped,
)
from tests.people import a_customer, desk_clerk, linked_to, somebody
from tests.projected import catch_up

EXPLAINED = {"currentVersion", "currentStatus", "events"}


def exactly(answer):
    """Return an answer's members, numbers as they are written."""
    return json.loads(answer.content, parse_float=str, parse_int=str)


def history(clerk, order_id):
    catch_up()
    return exactly(clerk.get(f"/api/query/orders/{order_id}/history"))


def test_a_412_shows_the_events_after_the_version_that_was_named():
    order, clerk = an_order(a_customer()), desk_clerk()
    confirmed(order.order_id)
    shipped(order.order_id)

    refused = clerk.post(f"{COMMANDS}/{order.order_id}/cancel", If_Match='"1"')

    told = exactly(refused)
    assert refused.status_code == 412
    assert (told["currentVersion"], told["currentStatus"]) == ("3", "SHIPPED")
    assert told["events"] == history(clerk, order.order_id)[1:]
    assert [event["version"] for event in told["events"]] == ["2", "3"]


def test_a_409_shows_all_events_as_the_history_does():
    order, clerk = an_order(a_customer(), note="Ring twice."), desk_clerk()
    cancelled(order.order_id, "Too late.")

    refused = clerk.post(f"{COMMANDS}/{order.order_id}/confirm")

    told = exactly(refused)
    assert refused.status_code == 409
    assert (told["currentVersion"], told["currentStatus"]) == ("2", "CANCELLED")
    assert told["events"] == history(clerk, order.order_id)
    assert told["events"][0]["data"]["total"] == "7.00"


@pytest.mark.parametrize("headers", [{}, {"If_Match": '"1"'}], ids=["409", "412"])
def test_a_token_that_may_only_write_reads_no_note_by_a_refusal(headers):
    order, writer = an_order(a_customer()), somebody("order desk", scopes=(WRITE,))
    noted(order.order_id, "Rang: comes on Friday.")
    cancelled(order.order_id)

    refused = writer.post(f"{COMMANDS}/{order.order_id}/confirm", **headers)

    note = next(e for e in refused.json()["events"] if e["type"] == "OrderNoteAdded")
    assert refused.status_code == (412 if headers else 409)
    assert note["data"].keys() == {"noteId"}
    assert b"Friday" not in refused.content


def test_a_version_that_is_still_to_come_has_no_events_in_between():
    order = an_order(a_customer())
    tag = f'"{10**18 - 1}"'

    refused = desk_clerk().post(f"{COMMANDS}/{order.order_id}/confirm", If_Match=tag)

    told = refused.json()
    assert refused.status_code == 412
    assert {name: told[name] for name in EXPLAINED} == {
        "currentVersion": 1,
        "currentStatus": "PENDING",
        "events": [],
    }


@pytest.mark.parametrize(("tag", "status"), [('"1"', 412), ('"41"', 409)])
def test_of_a_long_history_the_last_twenty_events_are_shown(tag, status):
    order = an_order(a_customer())
    with transaction.atomic():
        before = store.load(order.order_id)
        store.append(
            order.order_id,
            before=before,
            state=evolve(before.state, OrderConfirmed()),
            events=[OrderConfirmed()] * 40,
            remark=None,
            context=store.Context(actor=ACTOR, at=before.last_at),
        )
    url = f"{COMMANDS}/{order.order_id}/deliver"

    refused = desk_clerk().post(url, If_Match=tag)

    versions = [event["version"] for event in refused.json()["events"]]
    assert refused.status_code == status
    assert versions == list(range(22, 42))


def test_who_may_not_know_the_order_learns_nothing_else():
    order = an_order(a_customer())
    confirmed(order.order_id)
    own = linked_to(a_customer())
    url = f"{COMMANDS}/{order.order_id}/cancel"

    answers = [own.post(url), own.post(url, If_Match='"1"')]

    for answer in answers:
        assert answer.status_code == 404
        assert not EXPLAINED & answer.json().keys()


def test_a_new_order_is_at_no_version_yet():
    clerk = desk_clerk()
    tea = {"productId": "tea", "quantity": 1, "price": 1}
    body = {"customerId": str(a_customer()), "items": [tea]}

    refused = clerk.post(COMMANDS, body, If_Match='"1"')

    told = refused.json()
    assert refused.status_code == 412
    assert [told[name] for name in sorted(EXPLAINED)] == [None, 0, []]


def test_other_conflicts_carry_no_events():
    clerk, reference = desk_clerk(), f"r-{uuid4()}"
    order = an_order(a_customer(), reference=reference)
    tea = {"productId": "tea", "quantity": 1, "price": 1}
    customer_id = str(Event.objects.get(order_id=order.order_id).data["customer_id"])
    body = {"customerId": customer_id, "items": [tea], "reference": reference}

    refused = clerk.post(COMMANDS, body)

    assert refused.status_code == 409
    assert not EXPLAINED & refused.json().keys()


@contextmanager
def cut_before_the_events_are_read(services):
    """End the connection on the server's side, just before it is asked for events."""

    def cut(execute, sql, params, many, context):
        if "from orders_command_event" in sql:
            pid = connection.connection.info.backend_pid
            with services.primary.connect() as owner:
                owner.execute("select pg_terminate_backend(%s, 5000)", [pid])
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(cut):
        yield
    connections["default"].close()


@pytest.mark.parametrize(("headers", "status"), [({}, 409), ({"If_Match": '"9"'}, 412)])
def test_a_database_that_fails_now_leaves_the_plain_refusal(services, headers, status):
    order, clerk = an_order(a_customer()), desk_clerk()
    url = f"{COMMANDS}/{order.order_id}/deliver"

    with cut_before_the_events_are_read(services):
        refused = clerk.post(url, **headers)

    assert refused.status_code == status
    assert not EXPLAINED & refused.json().keys()
    assert clerk.post(url, **headers).json().keys() >= EXPLAINED
