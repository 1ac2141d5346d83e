"""From a CSV file to raw orders: rows that stand together and share a reference."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from orders_command.domain.order import MAX_ITEMS
from orders_command.importing.lines import Lines
from orders_command.importing.problems import Problem, Unusable, printable

ORDER = ("customer_email", "customer_name")
TIMES = ("ordered_at", "confirmed_at", "shipped_at", "delivered_at", "cancelled_at")
ITEM = ("product_id", "quantity", "price")
REFERENCE, CURRENCY = "order_ref", "currency"
REQUIRED = (REFERENCE, *ORDER, *TIMES, *ITEM)
ROWS_KEPT = MAX_ITEMS + 1  # of one order: one too many is enough to refuse it
FIELD_BYTES = 10_000  # more is a quote that nobody has closed
ROW = "row"  # what stands for a field where the whole row is wrong

Row = list[str]


@dataclass(slots=True)
class RawOrder:
    """The rows of one order with their lines, and what is wrong with them already."""

    reference: str
    line: int
    rows: list[tuple[int, Row]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, line: int, field_name: str, reason: str) -> None:
        self.problems.append(
            Problem(
                line=line, reference=self.reference, field=field_name, reason=reason
            )
        )


class Reader:
    """Iterates over the raw orders of a file; `columns` says where each field is."""

    def __init__(self, path: Path) -> None:
        self.lines = Lines(path)
        csv.field_size_limit(FIELD_BYTES)
        self._csv = csv.reader(self.lines, strict=True)
        self.columns = self._header()

    def __iter__(self) -> Iterator[RawOrder]:
        at, width = self.columns[REFERENCE], len(self.columns)
        order, is_doubtful = None, False
        for line, row in self._rows():
            if isinstance(row, str):
                order, is_doubtful = _unreadable(order, line, row), True
                continue
            reference = row[at] if at < len(row) else ""
            if order is None or reference != order.reference:
                if order is not None:
                    yield order
                order = RawOrder(reference, line)
            if is_doubtful or len(row) != width:
                _spoiled(order, line, len(row), width)
                is_doubtful = False
            elif len(order.rows) < ROWS_KEPT:
                order.rows.append((line, row))
        if order is not None:
            yield order

    def references(self) -> Iterator[tuple[str, int]]:
        """Yield each order's reference with its line: quicker than the orders are."""
        at, reader, last = self.columns[REFERENCE], self._csv, None
        while True:
            try:
                for row in reader:
                    if len(row) < 2 and not "".join(row).strip():
                        continue
                    reference = row[at] if at < len(row) else ""
                    if reference != last:
                        last = reference
                        yield reference, reader.line_num
            except csv.Error:
                continue  # it is told when the orders are read
            return

    def _rows(self) -> Iterator[tuple[int, Row | str]]:
        """Yield each row that is not blank with its line, or what is wrong with it."""
        reader = self._csv
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, f"It cannot be read up to line {reader.line_num}: {error}."
                continue
            if len(row) > 1 or "".join(row).strip():
                yield line, row

    def _header(self) -> dict[str, int]:
        try:
            names = [name.strip() for name in next(self._csv, [])]
        except csv.Error as error:
            raise Unusable(f"The header cannot be read: {error}.") from None
        for name in REQUIRED:
            if name not in names:
                raise Unusable(f"The header has no column {name}.")
        for name in names:
            if name not in (*REQUIRED, CURRENCY):
                raise Unusable(f"There is no column {printable(name)!r}.")
            if names.count(name) > 1:
                raise Unusable(f"The header has {name} twice.")
        return {name: place for place, name in enumerate(names)}


def _spoiled(order: RawOrder, line: int, columns: int, width: int) -> None:
    if columns != width:
        order.wrong(line, ROW, f"It has {columns} columns, not {width}.")
    else:
        order.wrong(line, ROW, "The row before it cannot be read.")


def _unreadable(order: RawOrder | None, line: int, why: str) -> RawOrder:
    """It may have been of the order before it, or of the one behind it."""
    order = order or RawOrder("", line)
    order.wrong(line, ROW, why)
    return order
