"""The sync page: parked orders are retried and skipped by those who may."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from orders_query import projector, sampling, verification
from orders_query.models import OrderReadModel
from tests import samples
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, shoot, violations
from tests.orders import an_order, confirmed
from tests.pages.visiting import signed_in
from tests.people import a_customer, administrator, desk_clerk
from tests.projected import catch_up
from tests.projection.damage import out_of_step
from tests.replicas import Replica


@pytest.fixture
def parked(services: Any) -> Iterator[UUID]:
    """Have an order whose confirmation could not be applied; its cause is mended."""
    order_id = an_order(a_customer()).order_id
    catch_up()
    with out_of_step(services, order_id):
        confirmed(order_id)
        catch_up()
    yield order_id
    for first in projector.waiting():
        projector.retry(first.name, first.stream_id, actor="system:tests")
    verification.repair(order_id, actor="system:tests")


def status_read(order_id: UUID) -> str:
    return OrderReadModel.objects.using("query").get(pk=order_id).status


def test_a_parked_order_is_retried(visit: Visit, parked: UUID) -> None:
    page = visit(administrator())
    page.goto("/sync")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        shoot(page, f"sync-parked-{width}")
        assert overflow(page) <= 0
        assert violations(page, f"sync-parked-{width}") == []

    page.get_by_role("button", name=f"Retry {parked}").click()

    expect(page.get_by_role("status").first).to_contain_text("applied")
    expect(page.get_by_text("Nothing is parked.")).to_be_visible()
    assert status_read(parked) == "CONFIRMED"


def test_skipping_says_what_it_means_and_needs_a_reason(
    visit: Visit, parked: UUID
) -> None:
    page = visit(administrator(), java_script_enabled=False, expects=("422",))
    page.goto("/sync")

    page.get_by_role("link", name=f"Skip… {parked}").click()
    expect(page.get_by_text("What goes:")).to_be_visible()
    shoot(page, "skip")
    page.get_by_role("button", name="Skip this event").click()
    expect(page.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Reason").fill("<b>Known</b> to be odd")
    page.get_by_role("button", name="Skip this event").click()

    expect(page.get_by_role("status").first).to_contain_text("skipped")
    assert status_read(parked) == "PENDING"


def test_only_an_administrator_sees_and_decides(visit: Visit, parked: UUID) -> None:
    clerk = desk_clerk()
    page = visit(clerk)
    page.goto("/sync")
    address = f"/sync/parked/orders/{parked}"

    expect(page.get_by_role("heading", name="Projections")).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_have_count(0)
    for step in ("retry", "skip"):
        assert signed_in(clerk).post(f"{address}/{step}").status_code == 403
    assert [first.stream_id for first in projector.waiting()] == [parked]


def test_what_is_not_parked_cannot_be_decided(visit: Visit) -> None:
    client = signed_in(administrator())
    address = f"/sync/parked/orders/{a_customer()}"

    assert client.get(f"{address}/skip").status_code == 404
    told = client.post(f"{address}/retry", follow=True).content.decode()

    assert "not tried" in told


@pytest.fixture
def an_hour() -> None:
    """Have an hour of samples, with a peak, and a quarter in which nobody looked."""
    samples.forget()
    now = timezone.now()
    for minute in {*range(60)} - {*range(20, 35)}:
        seconds = {40: 2.4, 41: 1.1, 42: 0.3}.get(minute, 0.004 + minute % 7 * 0.002)
        sampling.keep(
            sampling.Sample(
                at=now - timedelta(minutes=minute), name=name, seconds=seconds * part
            )
            for name, part in (("orders", 1), ("sales", 1.3), ("replica_1", 0.2))
        )


@pytest.mark.usefixtures("an_hour")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_hour_of_lag_is_drawn_with_its_gap(visit: Visit, scheme: str) -> None:
    page = visit(desk_clerk(), color_scheme=scheme, reduced_motion="reduce")
    page.goto("/sync")

    chart = page.get_by_role("img", name="Lag of orders by minute")
    expect(chart.locator(".bar title")).to_have_count(60)
    expect(chart.locator("path.step")).to_have_count(2)
    expect(chart.locator("rect.gap")).to_have_count(1)
    page.get_by_text("The figures as a table").click()
    expect(page.locator("#minutes tbody tr")).to_have_count(60)
    assert page.locator("#minutes").get_by_text("nobody looked").count() >= 15
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        shoot(page, f"sync-lag-{width}-{scheme}")
        assert overflow(page) <= 0
        assert violations(page, f"sync-lag-{width}-{scheme}") == []
    page.goto("/")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        shoot(page, f"dashboard-lag-{width}-{scheme}")


def test_a_replica_that_lags_moves_the_chart_by_itself_and_nothing_else(
    visit: Visit, replica: Replica
) -> None:
    samples.forget()
    page = visit(desk_clerk())
    page.goto("/sync")
    chart = page.get_by_role("img", name="Lag of replica_1 by minute")
    page.get_by_text("The figures as a table").click()
    place = chart.bounding_box()

    replica.lag(2)
    an_order(a_customer())

    figure = page.locator("figure", has=chart)
    expect(figure).to_contain_text(re.compile(r"worst [2-9](\.\d)? s"), timeout=60_000)
    expect(page.locator("#minutes")).to_contain_text(re.compile(r"\d s"))
    assert chart.bounding_box() == place
    assert page.locator("details").get_attribute("open") is not None
