"""Whatever a body holds, it is read as the standard library reads it or refused."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from config.parsers import read
from customers import details
from customers.directory import BadInput
from orders_command.api import reading
from orders_query.api import parameters
from tests.security.anything import anything, examples, words

pytestmark = pytest.mark.no_services

PIECES = st.sampled_from(
    [*'{}[]:,"\\ \t\n0123456789-+.eE', *'true null NaN \\u d800 {} "a"'.split()]
)
json_like = st.lists(PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode())
one_string = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def read_by_the_library(body: bytes) -> Any:
    """Read as Python does, with numbers as this parser has them."""

    def number(text: str) -> Decimal | float:
        return float(text) if "e" in text.lower() else Decimal(text)

    return json.loads(body.decode(), parse_float=number)


@examples(300)
@given(st.binary(max_size=200) | json_like | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_as_the_library_reads_them_or_refused(body: bytes) -> None:
    try:
        found = read(body)
    except ParseError:
        return

    assert found == (read_by_the_library(body) if body else {})


@examples(80)
@given(st.dictionaries(words, anything, max_size=5))
def test_any_object_comes_back_as_it_was_or_is_refused(data: dict[str, Any]) -> None:
    body = json.dumps(data).encode()
    try:
        found = read(body)
    except ParseError:
        return

    again = json.dumps(found, default=float)
    assert json.loads(again) == json.loads(body)


@examples(100)
@given(one_string, one_string)
def test_a_key_that_is_there_twice_is_always_refused(key: str, value: str) -> None:
    pair = f"{json.dumps(key)}: {json.dumps(value)}"
    other = "".join(f"\\u{ord(c):04x}" if c < "\U00010000" else c for c in key)

    for body in (f"{{{pair}, {pair}}}", f'{{{pair}, "{other}": 1}}'):
        with pytest.raises(ParseError):
            read(body.encode())


FIELDS: dict[str, Any] = {
    "integer": reading.an_integer,
    "amount": reading.an_amount,
    "id": reading.an_id,
    "code": reading.a_code,
    "text": reading.a_text(64),
    "list": reading.a_list,
}


@pytest.mark.parametrize("name", FIELDS)
@examples(60)
@given(value=anything | words)
def test_any_value_of_a_field_is_taken_or_refused(name: str, value: Any) -> None:
    try:
        found = FIELDS[name](value)
    except (reading.WrongType, reading.Refused):
        return

    match found:
        case Decimal():
            assert found.is_finite()
            assert "e" not in str(value).lower()
        case int():
            assert type(value) is int
        case UUID():
            assert str(found) == value.lower()
        case str():
            assert found == value
            assert found.isprintable() or not set(map(ord, found)) & set(range(32))
        case other:
            assert other is value


PARAMETERS: dict[str, Any] = {
    "time": parameters._time,
    "past time": parameters.a_past_time,
    "position": parameters.a_position,
    "version": parameters.a_version,
    "seconds": parameters.seconds,
    "staleness": parameters._duration,
    "amount": parameters._amount,
    "ids": parameters._uuids,
    "search": parameters._search,
    "expansions": parameters._expansions,
    "day": parameters._day,
}
time_like = st.from_regex(
    r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})\Z"
)
edges = st.sampled_from(["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
days = st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


@pytest.mark.parametrize("name", PARAMETERS)
@examples(60)
@given(value=words | st.text(max_size=40) | time_like | edges | days)
def test_any_text_of_a_parameter_is_taken_or_refused(name: str, value: str) -> None:
    try:
        found = PARAMETERS[name](value)
    except ValueError:
        return

    if isinstance(found, datetime):
        assert found.tzinfo is UTC


@examples(200)
@given(words | st.text(max_size=300), words | st.emails())
def test_any_name_and_address_is_taken_or_refused(name: str, email: str) -> None:
    try:
        details.check(name=name, email=email)
    except BadInput:
        return

    assert 1 <= len(name) <= details.NAME_LENGTH
    assert "@" in email
    assert "\n" not in name + email
