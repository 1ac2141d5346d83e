"""`docs/reference/events.md` has each event with its fields, and one good example."""

import json
import re
from dataclasses import fields
from decimal import Decimal
from types import NoneType
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest

from orders_command import upcasting
from orders_command.codec import EVENT_TYPES, dump, load
from orders_command.events import Item, Shipment
from tests.docs.pages import REFERENCE, table

PAGE = REFERENCE / "events.md"
KINDS = {
    UUID: "id",
    Decimal: "decimal",
    str: "text",
    int: "integer",
    bool: "true or false",
    Shipment: "shipment",
    tuple[Item, ...]: "list of items",
}

pytestmark = pytest.mark.no_services


def kind_of(hint: Any) -> str:
    optional = NoneType in get_args(hint)
    (kind,) = [k for k in KINDS if k == hint or (optional and k in get_args(hint))]
    return KINDS[kind] + (", or none" if optional else "")


def lines_of(event_type: type) -> list[tuple[str, ...]]:
    hints = get_type_hints(event_type)
    name = f"`{event_type.__name__}`"
    return [(name, f"`{f.name}`", kind_of(hints[f.name])) for f in fields(event_type)]


def test_every_event_is_told_with_its_fields_and_their_kinds():
    code = {
        line
        for event_type in (*EVENT_TYPES.values(), Item, Shipment)
        for line in lines_of(event_type) or [(f"`{event_type.__name__}`", "", "")]
    }
    told = {tuple(row[:3]) for row in table(PAGE, of="event")}

    missing, unknown = sorted(code - told), sorted(told - code)
    assert (missing, unknown) == ([], []), (
        f"{PAGE}: add the rows {missing}, take away {unknown}"
    )


def test_the_newest_shape_of_what_has_older_ones_is_told():
    told = {row[0].strip("`"): int(row[1]) for row in table(PAGE, of="type")}
    known = {name: upcasting.newest(name) for name in upcasting.STEPS}

    assert told == known, f"{PAGE}: the table of older shapes has to be {known}"


def test_every_event_has_an_example_as_it_is_stored():
    (text,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    examples = [json.loads(line) for line in text.splitlines()]

    missing = EVENT_TYPES.keys() - {example["type"] for example in examples}
    assert not missing, f"{PAGE}: add a line for {missing} to the last block"
    for example in examples:
        shape = upcasting.newest(example["type"])
        event = load(example["type"], shape, example["data"])
        assert dump(event) == (example["type"], example["data"])
