"""What the strict parser takes and what it refuses, naming the place."""

from decimal import Decimal

import pytest
from rest_framework.exceptions import ParseError

from config.parsers import read

pytestmark = pytest.mark.no_services


def test_numbers_stay_exact() -> None:
    data = read(b'{"int": 3, "money": 99.90, "exponent": 1e5}')

    assert data["int"] == 3
    assert str(data["money"]) == "99.90"
    assert isinstance(data["money"], Decimal)
    assert isinstance(data["exponent"], float)


def test_an_empty_body_is_an_empty_object() -> None:
    assert read(b"") == {}


def test_an_escaped_emoji_is_a_character() -> None:
    assert read(b'{"a": "\\ud83d\\ude00"}') == {"a": "😀"}


def test_brackets_in_strings_are_not_depth() -> None:
    assert read(b'{"a": "' + b"[" * 5000 + b'\\""}')["a"].startswith("[[")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "line 1, column 2"),
        (b'{"a": 1}\n x', "line 2, column 2"),
        (b'{"a": 1, "a": 2}', "'a' is there twice"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "Infinity is not JSON"),
        (b'{"a": "\x00"}', "control character"),
        (b'{"a": ["\\u0000"]}', "'/a/0'"),
        (b'{"a": {"b": "\\ud800"}}', "'/a/b'"),
        (b'{"\\udc00": 1}', "lone surrogate"),
        (b'{"a": "\xff"}', "Not UTF-8 at byte 7"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": ' + b"[" * 5000, "deeper than 32"),
        (b"[" * 5000, "deeper than 32"),
        (b'{"a": ' + b"9" * 41 + b"000}", "more than 40 digits"),
        (b"[]", "must be a JSON object"),
        (b'"text"', "must be a JSON object"),
    ],
)
def test_what_could_be_misread_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words.replace(".", r"\.")):
        read(body)
