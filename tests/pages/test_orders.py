"""Looking at orders and moving them on, by plain HTML."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from config.local.supervisor import Supervisor
from orders_command import handlers
from orders_command.domain.commands import ConfirmOrder
from orders_query.pages import showing
from tests.pages.visiting import (
    HTMX,
    act,
    fields,
    placed,
    projector_held,
    signed_in,
    text,
)
from tests.people import a_customer, analyst, desk_clerk, linked_to, somebody

pytestmark = pytest.mark.usefixtures("worker")
UNKNOWN = "0198c000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "path", ["/", "/orders", "/orders/new", f"/orders/{UNKNOWN}", "/customers", "/sync"]
)
def test_strangers_are_sent_to_the_sign_in_page(path: str) -> None:
    response = Client().get(path)

    assert response.status_code == 302
    assert response["Location"] == f"/sign-in?next={path}"


def test_the_order_page_shows_money_items_customer_and_timeline() -> None:
    order = placed(a_customer("Grace Hopper"), price="1234.50", note="Ring twice")

    page = signed_in(analyst()).get(f"/orders/{order.order_id}")

    words = text(page)
    for expected in (order.order_number, "2,469.00 USD", "Grace Hopper", "Ring twice"):
        assert expected in words
    assert "Placed by the system (tests)" in words


def test_an_order_is_confirmed_shipped_and_delivered_by_its_buttons() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())

    assert act(client, order.order_id, "confirm").status_code == 303
    act(client, order.order_id, "ship", carrier="DHL", trackingNumber="JD 01-2.3")
    act(client, order.order_id, "deliver")

    words = text(client.get(f"/orders/{order.order_id}"))
    assert "Delivered by you" in words
    assert "JD 01-2.3" in words


def test_a_clerk_reads_their_own_write_at_once() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())

    answered = act(client, order.order_id, "confirm")
    page = client.get(answered["Location"])

    assert int(page["Consistency-Token"]) >= int(answered["Consistency-Token"])
    assert "consistency" in client.cookies
    assert "Confirmed by you" in text(page)


def test_an_order_that_only_the_log_has_yet_is_shown_as_syncing() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())
    path = f"/orders/{order.order_id}"

    with projector_held():
        act(client, order.order_id, "confirm")
        page = client.get(path)
        line = client.get(f"{path}?shown=2", headers={**HTMX, "HX-Target": "sync"})

    assert page["Read-Source"] == "log"
    assert "Confirmed by you" in text(page)
    for syncing in (page, line):
        assert "Syncing" in text(syncing)
        assert "every 1s" in syncing.content.decode()


def test_a_list_that_is_behind_its_reader_asks_again_by_itself() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())

    with projector_held():
        act(client, order.order_id, "confirm")
        late = client.get("/orders")

    assert late.status_code == 503
    assert late["Retry-After"] == "1"
    assert '<meta http-equiv="refresh"' in late.content.decode()
    assert client.get("/orders").status_code == 200


def test_only_the_legal_buttons_are_offered() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())

    html = client.get(f"/orders/{order.order_id}").content

    assert fields(html, form="/confirm")
    assert fields(html, form="/cancel")
    assert not fields(html, form="/ship")
    assert not fields(html, form="/deliver")


def test_an_analyst_sees_no_button_and_may_press_none() -> None:
    client, order = signed_in(analyst()), placed(a_customer())

    html = client.get(f"/orders/{order.order_id}").content
    refused = client.post(f"/orders/{order.order_id}/confirm")

    assert not fields(html, form=f"/orders/{order.order_id}/")
    assert refused.status_code == 403


def test_a_lost_race_shows_what_is_new_and_offers_what_is_legal_now() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())
    stale = client.get(f"/orders/{order.order_id}").content
    handlers.handle(ConfirmOrder(order_id=order.order_id), actor="system:rival")

    lost = client.post(
        f"/orders/{order.order_id}/cancel", fields(stale, form="/cancel"), follow=True
    )

    words = text(lost)
    assert "You acted on version 1; the order is at version 2 now." in words
    assert "Confirmed by the system (rival) new" in words
    assert fields(lost.content, form="/ship")


def test_a_double_click_on_a_button_is_one_step() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())
    sent = fields(client.get(f"/orders/{order.order_id}").content, form="/confirm")

    answers = [client.post(f"/orders/{order.order_id}/confirm", sent) for _ in "12"]

    assert [a["Location"] for a in answers] == [f"/orders/{order.order_id}"] * 2


def test_a_reason_of_501_characters_is_refused_with_words() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())

    answered = act(client, order.order_id, "cancel", reason="x" * 501)

    assert "at most 500 characters" in text(client.get(answered["Location"]))


def test_the_list_finds_by_number_and_by_status() -> None:
    client, order = signed_in(analyst()), placed(a_customer())
    client.get(f"/orders/{order.order_id}")

    found = client.get("/orders", {"q": order.order_number})
    none = client.get("/orders", {"q": order.order_number, "status": "SHIPPED"})

    assert order.order_number in text(found)
    assert "No order matches." in text(none)


def test_the_list_keeps_and_explains_what_it_cannot_understand() -> None:
    client = signed_in(analyst())

    response = client.get("/orders", {"from": "tomorrow", "customer": "nobody@x.org"})

    assert response.status_code == 422
    assert 'value="tomorrow"' in response.content.decode()
    assert "No customer has this id or e-mail address." in text(response)


def test_htmx_gets_the_results_alone() -> None:
    response = signed_in(analyst()).get(
        "/orders", headers={**HTMX, "HX-Target": "results"}
    )

    assert b"<html" not in response.content
    assert b'id="results"' in response.content
    assert "HX-Request" in response["Vary"]


def test_the_list_goes_on_to_older_orders() -> None:
    client, customer_id = signed_in(analyst()), a_customer()
    orders = [placed(customer_id) for _ in range(26)]
    client.get(f"/orders/{orders[-1].order_id}")

    newest = client.get("/orders", {"customer": str(customer_id)})
    older = client.get(newest.context["next"])

    assert orders[0].order_number not in text(newest)
    assert orders[0].order_number in text(older)


def test_a_customer_sees_only_their_own_orders(worker: Supervisor) -> None:
    customer_id, other_id = a_customer(), a_customer()
    own, others = placed(customer_id), placed(other_id)
    client = signed_in(linked_to(customer_id))

    page, listed = client.get(f"/orders/{own.order_id}"), client.get("/orders")

    assert own.order_number in text(page)
    assert others.order_number not in text(listed)
    assert client.get(f"/orders/{others.order_id}").status_code == 404
    assert client.get(f"/customers/{customer_id}").status_code == 200
    assert client.get(f"/customers/{other_id}").status_code == 404
    for path in ("/customers", "/sync", "/orders/new"):
        assert client.get(path).status_code == 403


def test_a_customer_cancels_their_own_pending_order_and_no_other() -> None:
    customer_id = a_customer()
    own, others = placed(customer_id), placed(a_customer())
    confirmed = placed(customer_id)
    handlers.handle(ConfirmOrder(order_id=confirmed.order_id), actor="system:tests")
    client = signed_in(linked_to(customer_id))

    assert act(client, own.order_id, "cancel").status_code == 303
    assert "Cancelled by you" in text(client.get(f"/orders/{own.order_id}"))
    refused = client.post(f"/orders/{others.order_id}/cancel", {"version": "7"})
    assert refused.status_code == 404
    client.post(f"/orders/{confirmed.order_id}/cancel")
    assert "Cancelled" not in text(client.get(f"/orders/{confirmed.order_id}"))


def test_a_user_without_any_role_is_refused() -> None:
    assert signed_in(somebody()).get("/orders").status_code == 403


def test_the_dashboard_shows_the_newest_order_and_the_sync_page_the_replica() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())
    client.get(f"/orders/{order.order_id}")

    assert order.order_number in text(client.get("/"))
    assert "replica_1" in text(client.get("/sync"))


def test_every_post_needs_its_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        desk_clerk().user, backend="django.contrib.auth.backends.ModelBackend"
    )

    assert client.post(f"/orders/{uuid4()}/confirm").status_code == 403
    assert client.post("/orders/new").status_code == 403
    assert client.post("/customers").status_code == 403


def test_no_page_has_an_inline_style_or_script() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())
    paths = ["/", "/orders", "/orders/new", "/customers", "/sync", "/none"]

    for path in [*paths, f"/orders/{order.order_id}"]:
        html = client.get(path).content.decode()
        assert " style=" not in html, path
        assert "<style" not in html, path
        assert "<script>" not in html, path
        assert " onclick=" not in html, path


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "at once"),
        (1.9, "at once"),
        (2, "2 seconds later"),
        (119, "119 seconds later"),
        (120, "2 minutes later"),
        (7_200, "2 hours later"),
        (172_800, "2 days later"),
    ],
)
def test_how_long_between_is_told_as_people_do(seconds: float, words: str) -> None:
    assert showing.later(timedelta(seconds=seconds)) == words
