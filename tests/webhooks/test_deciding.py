"""When it is tried again, and what things are called: pure decisions."""

from typing import get_args

import pytest

from config.settings import WEBHOOK_WAITS
from orders_command.events import CustomerEvent, OrderEvent
from orders_command.wording import shown
from orders_query.projection import WEBHOOK_TYPES, is_of_order, type_of
from orders_query.webhooks.posting import Answer
from orders_query.webhooks.scheduling import Outcome, Then, follows
from tests import examples
from tests.docs.pages import REFERENCE, table

pytestmark = pytest.mark.no_services
FAILED = Answer(status=500, told="answered 500")


def after(
    answer: Answer, *, tries: int = 1, days: float = 0.0, chance: float = 0.0
) -> Outcome:
    return follows(
        answer, tries=tries, waits=WEBHOOK_WAITS, failing_days=days, chance=chance
    )


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_a_success(status: int) -> None:
    assert after(Answer(status=status, told="")) == Outcome(then=Then.SENT)


@pytest.mark.parametrize("status", [0, 199, 301, 307, 400, 401, 404, 429, 500, 503])
def test_anything_else_is_tried_again(status: int) -> None:
    assert after(Answer(status=status, told="")).then is Then.AGAIN


def test_waits_grow_from_seconds_to_a_day_and_then_it_is_parked() -> None:
    waits = [after(FAILED, tries=n).wait for n in range(1, 10)]

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (5, 86_400)
    assert 1.5 < sum(waits) / 86_400 < 3, "days in all"
    assert after(FAILED, tries=10).then is Then.PARKED


def test_waits_are_spread() -> None:
    assert after(FAILED, chance=1.0).wait == 6


def test_who_asks_for_time_gets_it_but_no_more_than_a_day() -> None:
    asked = Answer(status=400, told="", retry_after=60)
    busy = Answer(status=429, told="", retry_after=10**8)

    assert (after(asked).wait, after(asked).rest) == (60, 0)
    assert (after(busy).wait, after(busy).rest) == (86_400, 86_400)
    assert after(asked, tries=3).wait == 120, "its own wait is longer"


def test_who_is_gone_or_fails_for_days_is_disabled() -> None:
    gone = after(Answer(status=410, told=""))
    failing = after(FAILED, days=5.1)

    assert (gone.then, gone.because) == (Then.DISABLED, "gone")
    assert (failing.then, failing.because) == (Then.DISABLED, "failing")
    assert after(FAILED, days=4.9).then is Then.AGAIN


def test_every_event_of_an_order_has_a_type() -> None:
    assert set(WEBHOOK_TYPES) == {event.__name__ for event in get_args(OrderEvent)}
    assert WEBHOOK_TYPES["OrderCreated"] == "order.created"
    assert type_of("OrderItemsAmended") == "order.items_amended"
    assert all(map(is_of_order, WEBHOOK_TYPES))
    assert not any(is_of_order(event.__name__) for event in get_args(CustomerEvent))
    assert len(set(WEBHOOK_TYPES.values())) == len(WEBHOOK_TYPES)


def test_every_type_is_told_of() -> None:
    rows = table(REFERENCE / "webhooks.md", of="type")

    told = {row[1].strip("`"): row[0].strip("`") for row in rows}
    assert told == WEBHOOK_TYPES


def test_what_an_event_says_hides_nothing_of_what_names_it() -> None:
    events = [e for e in vars(examples).values() if isinstance(e, get_args(OrderEvent))]

    for event in events:
        assert (
            shown(event).keys().isdisjoint({"orderId", "version", "position", "actor"})
        )
