"""Endpoints are made, changed, replayed and removed in the admin and by command."""

import pytest
from django.core.management import CommandError, call_command

from orders_query.models import WebhookEndpoint
from orders_query.projection import stored
from orders_query.webhooks import endpoints
from tests.orders import an_order, confirmed, shipped
from tests.pages.visiting import signed_in, text
from tests.people import a_customer, desk_clerk, somebody
from tests.waiting import eventually
from tests.webhooks.administering import (
    DELIVERIES,
    ENDPOINTS,
    Admin,
    deliveries,
    endpoint,
    secret_in,
    states,
)
from tests.webhooks.noted import catch_up
from tests.webhooks.receiving import Receiver
from tests.webhooks.sending import Senders

NOWHERE = "http://127.0.0.1:9/"


def test_only_administrators_have_to_do_with_them(admin: Admin) -> None:
    admin.adds("shop", NOWHERE)

    for caller in (desk_clerk(), somebody(staff=True)):
        client = signed_in(caller)
        for path in (ENDPOINTS, f"{ENDPOINTS}add/", DELIVERIES):
            assert client.get(path).status_code in {302, 403}
        client.post(f"{ENDPOINTS}add/", {"name": "mine", "url": NOWHERE})

    assert [e.name for e in WebhookEndpoint.objects.using("query").all()] == ["shop"]


def test_the_secret_is_shown_once_and_is_nowhere_afterwards(admin: Admin) -> None:
    secret = admin.adds("shop", NOWHERE)

    pages = [ENDPOINTS, f"{ENDPOINTS}{endpoint('shop').pk}/change/", "/sync"]
    shown = [admin.client.get(path) for path in pages]

    assert [page.status_code for page in shown] == [200, 200, 200]
    assert not any(secret in text(page) for page in shown)
    assert not any(b"whsec_" in page.content for page in shown)
    row = WebhookEndpoint.objects.using("query").values().get(name="shop")
    key = endpoints.signing.secret_of(bytes(row["salt"]))
    assert endpoints.signing.shown(key) == secret
    assert not any(secret[6:20] in str(value) for value in row.values())
    assert key not in {bytes(row["salt"]), row["old_salt"]}


def test_for_a_day_the_old_secret_signs_beside_the_new_one(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    old = admin.adds("shop", shop.url)
    new = secret_in(admin.does("make_secret", "shop"))
    assert new != old
    shop.secret = old
    shop.answering = lambda r: 200 if shop.secret == new else 500
    an_order(a_customer())
    catch_up()

    sender.start()
    eventually(lambda: shop.tries)
    shop.secret = new

    eventually(lambda: states("shop") == {"sent"})
    assert shop.forged == []
    signed = shop.accepted[0].headers["webhook-signature"]
    assert [part[:3] for part in signed.split(" ")] == ["v1,", "v1,"]


def test_after_a_day_the_old_secret_is_worth_nothing(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    admin.does("make_secret", "shop")
    WebhookEndpoint.objects.using("query").update(old_until="2026-01-01T00:00:00Z")
    an_order(a_customer())
    catch_up()

    sender.start()

    eventually(lambda: shop.forged)
    assert shop.tries == []


def test_what_comes_while_it_is_disabled_is_made_up_for(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    order_id = an_order(a_customer()).order_id
    catch_up()
    admin.changes("shop")
    assert not endpoint("shop").enabled
    confirmed(order_id)
    catch_up()
    assert len(deliveries("shop")) == 1, "no work is heaped up meanwhile"

    admin.changes("shop", enabled="on")
    shipped(order_id)
    catch_up()
    sender.start()

    eventually(lambda: shop.versions_of(order_id) == [1, 2, 3])
    assert [r.version for r in shop.tries] == [1, 2, 3]


@pytest.mark.parametrize("by", ["command", "admin"])
def test_a_replay_sends_all_since_a_position_once_more_in_order(
    admin: Admin, sender: Senders, shop: Receiver, by: str
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    order = an_order(a_customer())
    confirmed(order.order_id)
    catch_up()
    sender.start()
    eventually(lambda: states("shop") == {"sent"})
    first = [received.webhook_id for received in shop.tries]
    shop.tries.clear()

    if by == "command":
        how = ["--endpoint", "shop", "--after", str(order.position - 1)]
        call_command("webhooks", "replay", *how)
    else:
        admin.does("replay", "shop", position=str(order.position - 1))
    delivered_later = shipped(order.order_id)
    catch_up(delivered_later.position)

    eventually(lambda: len(shop.tries) >= 3)
    eventually(lambda: states("shop") == {"sent"})
    assert [r.version for r in shop.tries] == [1, 2, 3]
    assert [r.webhook_id for r in shop.tries][:2] == first, "the same ids"


@pytest.mark.parametrize("position", ["", "x", "-1", "99999999999999999"])
def test_a_replay_needs_a_position_of_the_log(admin: Admin, position: str) -> None:
    admin.adds("shop", NOWHERE)

    told = text(admin.does("replay", "shop", position=position))

    assert "position" in told
    assert endpoint("shop").cursor is None


def test_a_beginning_that_the_log_has_not_come_to_is_refused(admin: Admin) -> None:
    told = admin.fills_in("shop", NOWHERE, after="999999999999")

    assert "The log has come to" in text(told)
    assert not WebhookEndpoint.objects.using("query").exists()


@pytest.mark.parametrize("name", ["", "a b", "shop", "x" * 65])
def test_a_name_is_one_word_and_one_endpoint_s(admin: Admin, name: str) -> None:
    admin.adds("shop", NOWHERE)

    assert not admin.fills_in(name, NOWHERE).redirect_chain

    assert WebhookEndpoint.objects.using("query").count() == 1


def test_who_is_removed_leaves_nothing_and_is_sent_nothing(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    an_order(a_customer())
    catch_up()
    assert len(deliveries("shop")) == 1

    told = admin.deletes("shop")

    assert "deleted successfully" in text(told)
    assert deliveries("shop") == []
    assert not WebhookEndpoint.objects.using("query").exists()


def test_a_rebuild_is_refused_with_what_to_do_instead(admin: Admin) -> None:
    with pytest.raises(CommandError, match="webhooks replay --endpoint NAME"):
        call_command("rebuild", "webhooks")

    ticked = {"action": "rebuild", "_selected_action": [stored("webhooks")]}
    path = "/admin/orders_query/checkpoint/"
    told = admin.client.post(path, ticked, follow=True)
    assert "replay its endpoints instead" in text(told)
    page = admin.client.get("/sync/rebuild/webhooks/rebuild")
    assert page.status_code == 404


def test_the_command_line_tells_and_refuses(
    admin: Admin, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("webhooks", "list")
    assert "no endpoint" in capsys.readouterr().out
    admin.adds("shop", NOWHERE)
    order_id = an_order(a_customer()).order_id
    delivered_at = catch_up()
    call_command("webhooks", "list")
    assert "shop         up to date, 1 pending" in capsys.readouterr().out
    call_command("sync_status")
    assert "webhooks to shop" in capsys.readouterr().out

    with pytest.raises(CommandError, match="There is no endpoint shoq"):
        call_command("webhooks", "redeliver", "--endpoint", "shoq")
    how = ["--endpoint", "shop", "--after", str(delivered_at + 1)]
    with pytest.raises(CommandError, match=f"0 to {delivered_at}"):
        call_command("webhooks", "replay", *how)
    with pytest.raises(CommandError, match="does not wait"):
        call_command("webhooks", "skip", "0", "--reason", "None there.")

    (one,) = deliveries("shop", order_id=order_id)
    call_command("webhooks", "skip", str(one.pk), "--reason", "Not wanted.")
    assert states("shop") == {"skipped"}
