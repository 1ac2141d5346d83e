"""Reads a body field by field, and collects what is wrong with its place."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

MAX_ERRORS = 50  # told of one body
_T = TypeVar("_T")
_AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?\Z", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9 .-]{1,100}\Z", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z", re.ASCII)


class BadBody(Exception):
    """What is wrong with a body, each with its place; 400 if a type is, else 422."""

    def __init__(self, errors: list[dict[str, str]], *, malformed: bool) -> None:
        super().__init__(errors[0]["detail"])
        self.code = "bad-request" if malformed else "invalid-body"
        self.errors = errors[:MAX_ERRORS]


class WrongType(ValueError):
    """The value is not of the JSON type that the field takes."""


class Refused(ValueError):
    """The value has the right type but is not acceptable."""


class Body:
    """One JSON object of a request. `done` refuses it if anything was wrong."""

    def __init__(self, data: Any, place: str = "", root: "Body | None" = None) -> None:
        self._place = place
        self._root = root or self
        self._errors: list[dict[str, str]] = []
        self._malformed = False
        self._is_object = isinstance(data, dict)
        self._data = data if self._is_object else {}
        if not self._is_object:
            self._wrong("", "type", "This is not a JSON object.", malformed=True)

    def known(self, *names: str) -> "Body":
        """Refuse every field that is not named here."""
        for name in self._data:
            if name not in names:
                detail = f"There is no field {name[:64]!r}."
                self._wrong(f"/{_escaped(name)}", "unknown", detail, malformed=True)
        return self

    def required(self, name: str, read: Callable[[Any], _T], otherwise: _T) -> _T:
        """Return a field that must be there; `otherwise` only fills a refused one."""
        if name not in self._data:
            if self._is_object:
                self._wrong(f"/{name}", "required", f"{name} is missing.")
            return otherwise
        return self._read(name, read, otherwise)

    def optional(self, name: str, read: Callable[[Any], _T]) -> _T | None:
        """Return a field, or None if it is not there; null is no value of any type."""
        return self._read(name, read, None) if name in self._data else None

    def objects(self, name: str) -> list["Body"]:
        """Return the objects of a list, each with its place."""
        found: list[Any] = self.required(name, a_list, [])
        return [
            Body(data, f"{self._place}/{name}/{number}", self._root)
            for number, data in enumerate(found)
        ]

    def refuse(self, problems: list[dict[str, str]]) -> None:
        """Add what the rules say, of places where nothing else is wrong yet."""
        wrong = {error["pointer"] for error in self._errors}
        for problem in problems:
            place = problem["pointer"]
            if wrong.isdisjoint({place, place.rpartition("/")[0]}):
                self._errors.append(problem)

    def done(self) -> None:
        """Refuse the body if anything in it was wrong."""
        if self._errors:
            raise BadBody(self._errors, malformed=self._malformed)

    def _read(self, name: str, read: Callable[[Any], _T], otherwise: _T) -> _T:
        try:
            return read(self._data[name])
        except WrongType as error:
            self._wrong(f"/{name}", "type", str(error), malformed=True)
        except Refused as error:
            self._wrong(f"/{name}", "refused", str(error))
        return otherwise

    def _wrong(
        self, pointer: str, code: str, detail: str, *, malformed: bool = False
    ) -> None:
        root = self._root
        root._malformed |= malformed  # noqa: SLF001 - one of its own kind
        root._errors.append(  # noqa: SLF001
            {"pointer": self._place + pointer, "code": code, "detail": detail}
        )


def a_list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise WrongType("This must be a list.")
    return value


def an_integer(value: Any) -> int:
    """Take a JSON integer: no string, no 1.0, no true."""
    if type(value) is not int:
        raise WrongType("This must be an integer.")
    return value


def an_amount(value: Any) -> Decimal:
    """Take a JSON number or a plain decimal string, without an exponent."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float | str):
        raise WrongType("This must be a number or a plain decimal string.")
    if isinstance(value, float) or (
        isinstance(value, str) and not _AMOUNT.match(value)
    ):
        raise Refused("Write it as a plain decimal: 12.50.")
    return Decimal(value)


def an_id(value: Any) -> UUID:
    if not _UUID.match(_string(value)):
        raise Refused("This is no id.")
    return UUID(value)


def a_text(limit: int) -> Callable[[Any], str]:
    """Return a reader of 1 to `limit` characters without control characters."""

    def read(value: Any) -> str:
        text = _string(value)
        if not 1 <= len(text) <= limit:
            raise Refused(f"This takes 1 to {limit:,} characters.")
        if _CONTROL.search(text):
            raise Refused("Control characters are not accepted.")
        return text

    return read


def a_code(value: Any) -> str:
    """Take letters, digits, spaces, hyphens and dots, up to 100 of them."""
    if not _CODE.match(_string(value)):
        raise Refused("Use 1 to 100 letters, digits, spaces, hyphens and dots.")
    return str(value)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongType("This must be a string.")
    return value


def _escaped(name: str) -> str:
    return name[:64].replace("~", "~0").replace("/", "~1")
