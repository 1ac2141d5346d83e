"""JSON read strictly: what two readers could understand differently is refused."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

MAX_DEPTH = 32
MAX_DIGITS = 40
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


class TooLarge(APIException):
    status_code = 413
    default_detail = "A body has at most 1,000,000 bytes."


class StrictJSONParser(BaseParser):
    """Integers become int, decimals Decimal, and anything with an exponent a float,
    which no field accepts."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        _check_charset(media_type or "")
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge
        return read(raw)


def read(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in a body; an empty body is an empty object."""
    if not raw:
        return {}
    text = _decode(raw)
    _check_depth(text)
    try:
        data = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ParseError(
            f"Not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except RecursionError as error:
        raise ParseError(f"Nested deeper than {MAX_DEPTH} levels.") from error
    if not isinstance(data, dict):
        raise ParseError("The body must be a JSON object.")
    if "\\u" in text:  # only an escape can bring in what UTF-8 cannot hold
        _check_characters(data)
    return data


def _decode(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise ParseError(f"Not UTF-8 at byte {error.start}.") from error
    if text.startswith("\ufeff"):
        raise ParseError("A byte order mark is not JSON (line 1, column 1).")
    return text


def _check_charset(media_type: str) -> None:
    for parameter in media_type.split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "charset" and value.strip('"').lower() != "utf-8":
            raise UnsupportedMediaType(media_type)


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise ParseError(f"Nested deeper than {MAX_DEPTH} levels.")


def _check_characters(data: Any) -> None:
    for pointer, string in _strings(data, ""):
        if "\0" in string or any("\ud800" <= c <= "\udfff" for c in string):
            place = pointer.encode("ascii", "backslashreplace").decode()
            raise ParseError(f"Neither NUL nor a lone surrogate may be in {place!r}.")


def _strings(data: Any, pointer: str) -> Iterator[tuple[str, str]]:
    match data:
        case str():
            yield pointer, data
        case dict():
            for key, value in data.items():
                yield f"{pointer}/{key}", key
                yield from _strings(value, f"{pointer}/{key}")
        case list():
            for index, value in enumerate(data):
                yield from _strings(value, f"{pointer}/{index}")
        case _:
            return


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ParseError(f"The key {key[:100]!a} is there twice.")
            seen.add(key)
    return data


def _integer(text: str) -> int:
    _check_length(text)
    return int(text)


def _number(text: str) -> Decimal | float:
    _check_length(text)
    return float(text) if "e" in text.lower() else Decimal(text)


def _check_length(text: str) -> None:
    if len(text) > MAX_DIGITS + 2:  # a sign and a point
        raise ParseError(f"A number has more than {MAX_DIGITS} digits: {text[:20]}….")


def _constant(text: str) -> NoReturn:
    raise ParseError(f"{text} is not JSON.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_number,
    parse_constant=_constant,
)
