"""Rebuilds are asked for on /sync and in the admin, by administrators alone."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded
from orders_query.models import Action, Checkpoint, RebuildRequest, State
from orders_query.rebuilding import asked
from tests.pages.visiting import HTMX, signed_in, text
from tests.people import Caller, administrator, analyst, desk_clerk
from tests.rebuilders import rebuilders
from tests.waiting import eventually

ASK = "/sync/rebuild/{}/{}"
CHECKPOINTS = "/admin/orders_query/checkpoint/"


FAIL = """
update orders_query_rebuildrequest
set state = 'failed', ended_at = now(), outcome = %s, findings = %s
"""


@pytest.fixture(autouse=True)
def owner(services: Embedded) -> Iterator[psycopg.Connection[Any]]:
    """Connect as who carries requests out, and forget them after the test."""
    url = services.environment()[OWNER_URLS[1]]
    with rebuilders(services), psycopg.connect(url, autocommit=True) as connected:
        yield connected


def the_only_one() -> RebuildRequest:
    return RebuildRequest.objects.using("query").get()


def nothing_is_asked_for() -> bool:
    return not RebuildRequest.objects.using("query").exists()


def test_asking_takes_a_confirmation_and_is_kept_with_who() -> None:
    caller = administrator()
    client = signed_in(caller)

    confirmation = client.get(ASK.format("orders", "rebuild"))
    assert "What readers notice: nothing." in text(confirmation)
    assert "a few seconds" in text(confirmation)
    assert nothing_is_asked_for()
    told = client.post(ASK.format("orders", "rebuild"), follow=True)

    assert told.redirect_chain == [("/sync#rebuilds", 303)]
    assert "Rebuild is asked for: orders." in text(told)
    assert "Nobody carries rebuilds out." in text(told)
    assert "by you" in text(told)
    request = the_only_one()
    assert (request.projection, request.action) == ("orders", Action.REBUILD)
    assert (request.state, request.asked_by) == (State.ASKED, f"user:{caller.user.pk}")


def test_a_double_click_is_one_request() -> None:
    client = signed_in(administrator())

    for _ in range(2):
        told = client.post(ASK.format("sales", "rebuild"), follow=True)

    assert "Something is already to be done with sales." in text(told)
    assert the_only_one().state == State.ASKED


def test_what_is_only_asked_for_is_taken_back() -> None:
    client = signed_in(administrator())
    client.post(ASK.format("orders", "rebuild"))
    address = f"/sync/rebuilds/{the_only_one().pk}/take-back"

    assert "It is taken back" in text(client.post(address, follow=True))
    assert the_only_one().state == State.CANCELLED
    assert "not waiting any more" in text(client.post(address, follow=True))
    assert client.get(address).status_code == 405


@pytest.mark.parametrize("make", [desk_clerk, analyst])
def test_nobody_else_sees_or_does_it(make: Any) -> None:
    caller: Caller = make()
    client = signed_in(caller)

    page = client.get("/sync")
    assert page.status_code == 200
    assert "Rebuild" not in text(page)
    part = client.get("/sync", headers={**HTMX, "HX-Target": "rebuilds"})
    assert text(part) == ""
    for action in Action.values:
        for method in (client.get, client.post):
            assert method(ASK.format("orders", action)).status_code == 403
    assert client.post("/sync/rebuilds/1/take-back").status_code == 403
    assert nothing_is_asked_for()


def test_what_there_is_not_is_not_to_be_had() -> None:
    client = signed_in(administrator())

    for name, action in (("everything", "rebuild"), ("orders", "burn")):
        assert client.post(ASK.format(name, action)).status_code == 404
    for action in ("rollback", "drop_previous", "discard"):
        told = client.get(ASK.format("orders", action), follow=True)
        assert "There is no" in text(told)
    assert nothing_is_asked_for()


def test_what_differed_is_told_as_words(owner: psycopg.Connection[Any]) -> None:
    client = signed_in(administrator())
    client.post(ASK.format("orders", "rebuild"))
    wicked = "order_id <img src=x onerror=alert(1)>: differs"
    owner.execute(FAIL, ["Not <b>swapped</b> in.", f'["{wicked}"]'])

    page = client.get("/sync").content.decode()

    assert "order_id &lt;img src=x onerror=alert(1)&gt;: differs" in page
    assert "Not &lt;b&gt;swapped&lt;/b&gt; in." in page
    confirmation = client.get(ASK.format("orders", "rebuild"))
    assert "Swap the new tables in even if" in text(confirmation)


def test_the_admin_asks_through_the_same_door() -> None:
    caller = administrator()
    client = signed_in(caller)
    sent = {"action": "rebuild", "_selected_action": ["orders", "sales"]}

    told = client.post(CHECKPOINTS, sent, follow=True)
    again = client.post(CHECKPOINTS, sent, follow=True)

    assert "A rebuild of sales is asked for. See how it goes" in text(told)
    assert "No rebuild of orders: Something is already to be done with orders." in text(
        again
    )
    open_ones = asked.open_ones()
    assert {one.projection for one in open_ones} == {"orders", "sales"}
    assert {one.asked_by for one in open_ones} == {f"user:{caller.user.pk}"}
    listed = client.get("/admin/orders_query/rebuildrequest/")
    assert text(listed).count(f"user:{caller.user.pk}") == 2


def test_the_admin_rebuilds_no_set_that_does_not_serve() -> None:
    aside = Checkpoint.objects.using("query").create(name="orders:aside")
    eventually(lambda: Checkpoint.objects.using("replica_1").filter(pk=aside.pk))
    sent = {"action": "rebuild", "_selected_action": ["orders:aside"]}

    told = signed_in(administrator()).post(CHECKPOINTS, sent, follow=True)
    aside.delete(using="query")

    assert "No rebuild of orders:aside" in text(told)
    assert nothing_is_asked_for()


def test_requests_are_only_looked_at_in_the_admin() -> None:
    client = signed_in(administrator())
    client.post(ASK.format("orders", "rebuild"))
    one = f"/admin/orders_query/rebuildrequest/{the_only_one().pk}/"

    assert client.get(f"{one}change/").status_code == 200
    assert client.post(f"{one}delete/").status_code == 403
    assert client.get("/admin/orders_query/rebuildrequest/add/").status_code == 403
