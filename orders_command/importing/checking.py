"""From a raw order to one that is typed: what the fields are, before any rule."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter

from customers import directory
from orders_command.events import Item
from orders_command.importing.problems import Refused
from orders_command.importing.reading import (
    CURRENCY,
    ITEM,
    ORDER,
    REFERENCE,
    TIMES,
    RawOrder,
    Row,
)

REFERENCE_LENGTH = PRODUCT_LENGTH = 64
PEOPLE_KEPT = 5_000
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_QUANTITY = re.compile(r"[0-9]{1,18}", re.ASCII)
_PRICE = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An order of the file, typed; `times` are those of its columns that are filled."""

    reference: str
    line: int
    lines: tuple[int, ...]
    email: str
    name: str
    currency: str
    items: tuple[Item, ...]
    times: tuple[tuple[str, datetime], ...]


class Check:
    """Knows the columns, what time it is, and what an empty currency means."""

    def __init__(
        self, columns: dict[str, int], *, now: datetime, currency: str
    ) -> None:
        self._columns = columns
        self._now = now
        self._default_currency = currency
        self._of_order = [
            (name, place)
            for name, place in columns.items()
            if name in (*ORDER, *TIMES, CURRENCY)
        ]
        self._shared = itemgetter(*(place for _, place in self._of_order))
        self._item = itemgetter(*(columns[name] for name in ITEM))
        self._times = [(name, columns[name]) for name in TIMES]

    def __call__(self, raw: RawOrder) -> Candidate:
        """
        Return the order with its types.

        :raises Refused: with each place that is wrong
        """
        if raw.problems or not raw.rows:
            raise Refused(raw.problems)
        line, first = raw.rows[0]
        self._check_reference(raw)
        self._check_shared(raw, first)
        email, name = (first[self._columns[column]] for column in ORDER)
        for field, reason in refusals(name, email):
            raw.wrong(line, field, reason)
        items = [self._read_item(raw, at, row) for at, row in raw.rows]
        times = self._read_times(raw, line, first)
        if raw.problems:
            raise Refused(raw.problems)
        return Candidate(
            reference=raw.reference,
            line=line,
            lines=tuple(at for at, _ in raw.rows),
            email=email,
            name=name,
            currency=self._currency(first),
            items=tuple(items),
            times=tuple(times),
        )

    def _check_reference(self, raw: RawOrder) -> None:
        if reason := _text_refusal(raw.reference, REFERENCE_LENGTH):
            raw.wrong(raw.line, REFERENCE, reason)

    def _check_shared(self, raw: RawOrder, first: Row) -> None:
        """What is said of the order is the same in each of its rows."""
        shared = self._shared(first)
        for line, row in raw.rows:
            if self._shared(row) == shared:
                continue
            for name, place in self._of_order:
                if row[place] != first[place]:
                    reason = f"It differs from line {raw.rows[0][0]} of the same order."
                    raw.wrong(line, name, reason)

    def _read_item(self, raw: RawOrder, line: int, row: Row) -> Item:
        product, quantity, price = self._item(row)
        if reason := _text_refusal(product, PRODUCT_LENGTH):
            raw.wrong(line, "product_id", reason)
        if not _QUANTITY.fullmatch(quantity):
            raw.wrong(line, "quantity", "Write it as an integer: 12.")
            quantity = "0"
        if not _PRICE.fullmatch(price):
            raw.wrong(line, "price", "Write it as a plain decimal: 12.50.")
            price = "0"
        return Item(product_id=product, quantity=int(quantity), price=Decimal(price))

    def _read_times(
        self, raw: RawOrder, line: int, row: Row
    ) -> list[tuple[str, datetime]]:
        times: list[tuple[str, datetime]] = []
        for name, place in self._times:
            text = row[place]
            if not text:
                if name == TIMES[0]:
                    raw.wrong(line, name, "It must not be empty.")
                continue
            at = _moment(text)
            if at is None:
                raw.wrong(line, name, "Write it with its zone: 2026-01-31T12:00:00Z.")
            elif not EARLIEST <= at <= self._now:
                raw.wrong(line, name, "It lies before 1970 or in the future.")
            elif times and at < times[-1][1]:
                raw.wrong(line, name, f"It is before {times[-1][0]}.")
            else:
                times.append((name, at))
        return times

    def _currency(self, row: Row) -> str:
        place = self._columns.get(CURRENCY)
        return (row[place] if place is not None else "") or self._default_currency


@lru_cache(PEOPLE_KEPT)
def refusals(name: str, email: str) -> tuple[tuple[str, str], ...]:
    """Return what is wrong with a customer's details, by column."""
    try:
        directory.check(name=name, email=email)
    except directory.BadInput as refused:
        return tuple(
            (f"customer_{error['pointer'].strip('/')}", error["detail"])
            for error in refused.errors
        )
    return ()


def _moment(text: str) -> datetime | None:
    if not _TIME.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text.upper())
        return at if at.tzinfo is UTC else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text_refusal(text: str, limit: int) -> str:
    if not 1 <= len(text) <= limit:
        return f"This takes 1 to {limit} characters."
    if _CONTROL.search(text):
        return "Control characters are not accepted."
    return ""
