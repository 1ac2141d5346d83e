"""However much waits, or was sent, what asks for it stays quick and says so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders_query import sightings, tasks
from orders_query.models import WebhookDelivery, WebhookEndpoint
from orders_query.queries import webhooks
from orders_query.webhooks import claims
from tests.orders import an_order, confirmed
from tests.pages.visiting import signed_in, text
from tests.people import a_customer, administrator, analyst
from tests.webhooks.administering import Admin, deliveries
from tests.webhooks.noted import catch_up

NOWHERE = "http://127.0.0.1:9/"


def two_wait(admin: Admin) -> None:
    admin.adds("shop", NOWHERE)
    confirmed(an_order(a_customer()).order_id)
    catch_up()


def test_more_than_is_counted_is_shown_as_more(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_wait(admin)
    monkeypatch.setitem(webhooks.__globals__, "MOST_COUNTED", 1)

    page = text(signed_in(analyst()).get("/sync"))

    assert "shop Up to date 1+" in page


def test_what_waits_for_whom_takes_neither_the_page_nor_silence_with_it(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_wait(admin)
    monkeypatch.setitem(webhooks.__globals__, "_ENDPOINTS", "select 1 / 0")

    page = signed_in(analyst()).get("/sync")
    scraped = administrator().get("/metrics").content.decode()

    assert "What waits cannot be told now." in text(page)
    assert "orders_scrape_ok 0.0" in scraped
    assert "orders_log_head " in scraped


def test_what_is_blocked_is_looked_at_less_often_where_somebody_is_sent_to(
    admin: Admin,
) -> None:
    two_wait(admin)
    ago = timezone.now() - timedelta(minutes=2)
    rows = WebhookDelivery.objects.using("query")
    rows.update(due_at=ago)
    endpoints = WebhookEndpoint.objects.using("query")

    endpoints.update(enabled=False)
    claims.put_off()
    assert [one.due_at for one in deliveries("shop")] == [ago, ago]

    endpoints.update(enabled=True)
    claims.put_off()
    first, blocked = deliveries("shop")
    assert first.due_at == ago
    assert blocked.due_at > timezone.now() + timedelta(minutes=4)


def test_what_is_forgotten_goes_in_parts_and_whatever_else_fails(
    admin: Admin, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_wait(admin)
    rows = WebhookDelivery.objects.using("query")
    rows.update(state="sent", settled_at=timezone.now())
    settings.WEBHOOK_KEPT_DAYS = 0  # type: ignore[attr-defined]
    monkeypatch.setattr(claims, "BATCH", 1)
    monkeypatch.setattr(sightings, "forget", lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        tasks.forget_sightings()

    assert deliveries("shop") == []
