"""Old shapes of events, as they stand in logs, are read as this code knows them."""

import re
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from orders_command import codec, upcasting
from orders_command.codec import EVENT_TYPES
from orders_command.events import OrderShipped, Shipment, Unreadable
from tests.examples import amended, created, shipped

pytestmark = pytest.mark.no_services

REMARK = str(UUID(int=6))
COMMAND_SIDE = Path(upcasting.__file__).parent
# As releases have written them, and what they say.
WRITTEN = [
    (
        1,
        {"carrier": "DHL", "tracking_number": "T-1"},
        Shipment(carrier="DHL", tracking_number="T-1"),
    ),
    (1, {"carrier": "Zoë"}, Shipment(carrier="Zoë")),
    (1, {}, None),
    (1, {"shipment_id": REMARK}, None),
    (2, {"shipment_id": REMARK}, None),
    (2, {}, None),
]


@pytest.mark.parametrize(("shape", "data", "told"), WRITTEN)
def test_a_shipment_of_any_release_is_read(shape, data, told):
    before = dict(data)

    event = codec.load("OrderShipped", shape, data)

    remark = UUID(int=6) if "shipment_id" in data else None
    assert event == OrderShipped(shipment_id=remark, told=told)
    assert data == before  # its hash is of what is stored


@pytest.mark.parametrize("shape", [0, -1, 3, 99])
def test_a_shape_that_only_other_releases_know_is_unreadable(shape):
    with pytest.raises(Unreadable, match=f"OrderShipped of shape {shape}"):
        codec.load("OrderShipped", shape, {})


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES))
def test_a_newer_shape_of_any_event_is_unreadable(kind):
    with pytest.raises(Unreadable):
        codec.load(kind, upcasting.newest(kind) + 1, {})


@pytest.mark.parametrize(
    "data", [{"told": "DHL"}, {"told": {"colour": "red"}}, {"x": 1}]
)
def test_data_that_no_release_has_written_are_unreadable(data):
    for shape in (1, 2):
        with pytest.raises(Unreadable):
            codec.load("OrderShipped", shape, data)


def test_steps_are_taken_one_after_the_other():
    assert upcasting.upcast("OrderShipped", 1, {"carrier": "DHL"}) == {
        "told": {"carrier": "DHL"}
    }
    assert upcasting.upcast("OrderCreated", 1, {"items": []}) == {"items": []}


@pytest.mark.parametrize("event", [created, amended, shipped])
def test_what_is_written_is_read_back_and_by_the_release_before_too(event):
    kind, data = codec.dump(event)

    assert codec.load(kind, upcasting.written(kind), data) == event
    assert codec.load(kind, upcasting.newest(kind), data) == event


def test_what_is_told_of_a_shipment_never_gets_into_the_log():
    with pytest.raises(ValueError, match="kept by a remark"):
        codec.dump(replace(shipped, told=Shipment(carrier="DHL")))


def test_what_is_read_by_sql_means_the_same_in_every_shape():
    """The database knows no steps: they leave alone what its statements ask for."""
    read = {
        name
        for path in COMMAND_SIDE.rglob("*.py")
        for name in re.findall(r"data->>?'(\w+)'", path.read_text())
    }

    assert {"items", "currency", "shipment_id"} <= read
    for steps in upcasting.STEPS.values():
        for step in steps:
            assert step(dict.fromkeys(read, "kept")) == dict.fromkeys(read, "kept")
