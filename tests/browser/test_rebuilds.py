"""Rebuilds on the sync page: asked for, watched, and gone back from."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from orders_query.models import Action
from orders_query.rebuilding import Wish, asked
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, shoot, violations
from tests.orders import an_order
from tests.people import a_customer, administrator
from tests.projected import catch_up
from tests.projection.damage import unknown_shape
from tests.rebuilders import Rebuilders, ended, rebuilders

WIDTHS = (1280, 360)
BY = "system:tests"


@pytest.fixture
def rebuilder(services: Any) -> Iterator[Rebuilders]:
    an_order(a_customer())
    catch_up()
    with rebuilders(services) as started:
        yield started


def looked_at(page: Page, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        shoot(page, f"{name}-{width}")
        assert overflow(page) <= 0
        assert violations(page, f"{name}-{width}") == []
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def refreshed(page: Page, times: int = 2) -> None:
    """Wait until the part has been asked for again."""
    for _ in range(times):
        with page.expect_response(
            lambda answer: answer.request.headers.get("hx-target") == "rebuilds"
        ):
            pass


def place_of_what_follows(page: Page) -> float:
    box = page.get_by_role("heading", name="Projections").bounding_box()
    assert box is not None
    return box["y"]


def test_it_is_asked_for_watched_and_its_outcome_told(
    visit: Visit, rebuilder: Rebuilders, tmp_path: Path
) -> None:
    (tmp_path / "rebuild.after_batch@sales").write_text("delay 600")
    process = rebuilder.start(FAULTS_DIR=str(tmp_path))
    page = visit(administrator(), reduced_motion="reduce")
    page.goto("/sync")

    page.get_by_role("link", name="Rebuild… sales").click()
    expect(page.get_by_text("What readers notice:")).to_be_visible()
    page.get_by_role("button", name="Rebuild").click()

    part = page.locator("#rebuilds")
    expect(part.get_by_text("step 1 of 5, filling the new tables")).to_be_visible()
    expect(part.get_by_text("events/s")).to_be_visible()
    bar = part.get_by_role("progressbar", name="Rebuild of sales")
    done, all_ = (int(bar.get_attribute(name) or 0) for name in ("value", "max"))
    assert 0 < done <= all_
    looked_at(page, "rebuild-under-way")
    refreshed(page, 1)
    page.evaluate("window.said = document.getElementById('rebuild-said')")
    stands = place_of_what_follows(page)
    refreshed(page)
    # What is read aloud was not put there again.
    assert page.evaluate("window.said.isConnected")

    process.send_signal(signal.SIGTERM)
    process.wait(5)
    expect(part.get_by_text("Nobody carries rebuilds out.")).to_be_visible()
    rebuilder.start()

    expect(part.get_by_text("Done")).to_be_visible(timeout=30_000)
    expect(part.get_by_text("sales is rebuilt and serves from")).to_be_visible()
    expect(page.locator("#rebuild-said")).to_contain_text("sales: Done.")
    assert place_of_what_follows(page) == stands
    looked_at(page, "rebuild-done")


def test_the_ways_back_each_take_a_confirmation(
    visit: Visit, rebuilder: Rebuilders
) -> None:
    rebuilder.start()
    ended(asked.ask(Wish(projection="orders"), asked_by=BY))
    page = visit(administrator())
    page.goto("/sync")

    for words, title in (
        ("Go back to it… orders", Action.ROLLBACK.label),
        ("Drop it… orders", Action.DROP_PREVIOUS.label),
    ):
        page.get_by_role("link", name=words).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        looked_at(page, f"rebuild-{title.replace(' ', '-').lower()}")
        page.get_by_role("button", name=title).click()
        expect(page.locator("#rebuilds").get_by_text("Done")).to_be_visible()

    expect(page.get_by_text("the previous set of orders is dropped")).to_be_visible()
    expect(page.get_by_role("link", name="Rebuild… orders")).to_be_visible()


def test_what_differed_stays_open_and_can_be_overruled(
    visit: Visit, rebuilder: Rebuilders, services: Any
) -> None:
    order = an_order(a_customer())
    catch_up()
    rebuilder.start()
    with unknown_shape(services, order.order_id, 1):
        ended(asked.ask(Wish(projection="orders"), asked_by=BY))
        page = visit(administrator())
        page.goto("/sync")

        page.get_by_text("What differed").click()
        refreshed(page, 1)
        expect(page.locator("#rebuilds details[open]")).to_be_visible()
        looked_at(page, "rebuild-failed")
        page.get_by_role("link", name="Rebuild… orders").click()
        page.get_by_label("Swap the new tables in even if").check()
        looked_at(page, "rebuild-again")
        page.get_by_role("button", name="Rebuild").click()
        expect(page.locator("#rebuilds").get_by_text("Done")).to_be_visible()
    # The tables that served before knew the order.
    ended(asked.ask(Wish(projection="orders", action=Action.ROLLBACK), asked_by=BY))


def test_without_scripts_it_is_asked_for_and_taken_back(
    visit: Visit, rebuilder: Rebuilders
) -> None:
    page = visit(administrator(), java_script_enabled=False)
    page.goto("/sync")

    page.get_by_role("link", name="Rebuild… orders").click()
    page.get_by_role("button", name="Rebuild").click()
    expect(page.get_by_text("waits for its turn")).to_be_visible()
    expect(page.get_by_text("Nobody carries rebuilds out.")).to_be_visible()
    shoot(page, "rebuild-asked-plain")
    page.get_by_role("button", name="Take it back").click()

    expect(page.get_by_text("taken back before it was begun")).to_be_visible()
    expect(page.get_by_role("link", name="Rebuild… orders")).to_be_visible()
