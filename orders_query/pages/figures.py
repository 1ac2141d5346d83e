"""What the dashboard counts: orders and revenue by day, statuses, products."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from orders_query import queries
from orders_query.pages import charts, showing
from orders_query.pages.reading import reader
from orders_query.queries import Days

RANGES = {"7d": 7, "30d": 30, "90d": 90}  # days, today's among them
USUAL = "30d"
PRODUCTS = 8


class BadRange(ValueError):
    """The address asks for a range or a currency that there is not."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A range of days and a currency, as the address names them."""

    range: str
    days: Days
    currency: str  # empty if the address leaves it to us

    @property
    def all_days(self) -> list[date]:
        first, last = self.days.first, self.days.last
        assert first is not None
        assert last is not None
        return [first + timedelta(n) for n in range((last - first).days + 1)]


def asked(request: HttpRequest) -> Asked:
    """
    Return what the address asks for.

    :raises BadRange: if that cannot be
    """
    name = request.GET.get("range", USUAL)
    if name not in RANGES:
        raise BadRange(f"A range is {', '.join(RANGES)}.")
    currency = request.GET.get("currency", "")
    if currency and not (len(currency) == 3 and currency.isascii()):
        raise BadRange("A currency has three letters, as in ?currency=EUR.")
    today = datetime.now(UTC).date()
    days = Days(first=today - timedelta(RANGES[name] - 1), last=today)
    return Asked(range=name, days=days, currency=currency.upper())


def by_day(request: HttpRequest, wanted: Asked) -> dict[str, Any]:
    """Return the charts of a range, one currency at a time, and the rows behind."""
    # The charts do not wait for somebody's last order: they say how old they are.
    answer = queries.daily_sales(wanted.days, reader=reader(request, at_least=0))
    currencies = sorted({row["currency"] for row in answer.data})
    currency = wanted.currency or usual(currencies)
    found = {r["date"]: r for r in answer.data if r["currency"] == currency}
    zero = _zero(found.values(), currency)
    rows = [_row(day, found.get(day.isoformat()), zero) for day in wanted.all_days]
    return {
        "range": wanted.range,
        "ranges": RANGES,
        "currency": currency,
        "currencies": currencies,
        "rows": rows,
        "order_count": sum(row["orders"] for row in rows),
        "orders_shown": f"{sum(row['orders'] for row in rows):,}",
        "revenue": showing.amount(sum((row["revenue"] for row in rows), zero)),
        "charts": [
            ("Orders", "", _chart(rows, "orders")),
            ("Revenue", currency, _chart(rows, "revenue")),
        ],
    }


def statuses(request: HttpRequest) -> list[dict[str, Any]]:
    """Return how many orders are in each status, and what part of all that is."""
    counts = queries.status_counts(reader=reader(request, at_least=0)).data
    total = sum(counts.values()) or 1
    return [
        {
            "status": status,
            "statusLabel": label,
            "count": counts.get(status, 0),
            "shown": f"{counts.get(status, 0):,}",
            "percent": round(100 * counts.get(status, 0) / total),
        }
        for status, label in showing.STATUSES.items()
    ]


def products(request: HttpRequest, wanted: Asked) -> dict[str, Any]:
    """Return what was sold most in a range, in one currency: amounts of two of them
    say nothing beside each other."""
    now = reader(request, at_least=0)
    currency = wanted.currency
    if not currency:
        daily = queries.daily_sales(wanted.days, reader=now)
        currency = usual(sorted({row["currency"] for row in daily.data}))
    found = queries.product_sales(
        wanted.days, limit=PRODUCTS, only=currency, reader=now
    )
    rows = [
        {
            **product,
            "quantity": f"{product['quantity']:,}",
            "revenue": showing.amount(product["revenue"]),
        }
        for product in found.data
    ]
    return {"products": rows, "currency": currency}


def usual(currencies: Iterable[str]) -> str:
    """Return the shop's own currency, or the first one if there is none in it."""
    known = [*currencies]
    if settings.DEFAULT_CURRENCY in known or not known:
        return str(settings.DEFAULT_CURRENCY)
    return known[0]


def _zero(found: Iterable[dict[str, Any]], currency: str) -> Decimal:
    """Return nothing at all, with the currency's digits as far as they are known."""
    for row in found:
        return 0 * Decimal(row["revenue"])
    is_ours = currency == settings.DEFAULT_CURRENCY
    return Decimal(0).scaleb(-settings.DEFAULT_CURRENCY_DIGITS if is_ours else 0)


def _row(day: date, found: dict[str, Any] | None, zero: Decimal) -> dict[str, Any]:
    figures = found or {"orders": 0, "cancelled": 0, "revenue": zero}
    return {**figures, "day": day, "revenue": Decimal(figures["revenue"])}


def _chart(rows: list[dict[str, Any]], name: str) -> charts.Chart:
    return charts.bars([(f"{r['day']:%-d %b}", Decimal(r[name])) for r in rows])
