"""Which projections there are. A new one is added here; all else follows from that.

The projector steps it, `rebuild` builds it anew, `verify` looks at its tables, `/sync`,
`/metrics` and the charts name it, `migrate` gives it its checkpoint.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import models

from orders_command.events import Recorded
from orders_query.models import (
    CustomerTotals,
    DailySales,
    OrderHistory,
    OrderReadModel,
    OrderVersion,
    ProductSales,
    StatusCounts,
)
from orders_query.projection import KNOWN, ORDERS, SALES, WEBHOOKS
from orders_query.projector import rows, sales, webhooks
from orders_query.projector.per_order import RowPerOrder

__all__ = ["ORDERS", "PROJECTIONS", "SALES", "WEBHOOKS", "Projection", "of_rows"]


class Apply(Protocol):
    """Writes what the events mean, in the transaction that moves the checkpoint."""

    def __call__(
        self, events: tuple[Recorded, ...], *, rung_at: datetime | None
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Projection:
    """
    A name, the tables that nobody else writes, and what brings them up to the events.

    `rows` is there if it has one table with a row for each order: then `verify` needs
    no more. Otherwise `verification.verifying.SUMS` says how it is compared. Without
    `tables` it is no picture of the log: nothing of it is rebuilt or compared.
    """

    name: str
    tables: tuple[type[models.Model], ...]
    apply: Apply
    rows: RowPerOrder[Any] | None = None


def of_rows(name: str, rows: RowPerOrder[Any]) -> Projection:
    """Return the projection of one table with a row for each order."""
    return Projection(name=name, tables=(rows.table,), apply=rows.apply_all, rows=rows)


# Each owns its tables and its checkpoint; none reads another's.
PROJECTIONS: dict[str, Projection] = {
    projection.name: projection
    for projection in (
        Projection(
            name=ORDERS,
            tables=(
                OrderReadModel,
                OrderVersion,
                OrderHistory,
                CustomerTotals,
                StatusCounts,
            ),
            apply=rows.apply_all,
        ),
        Projection(
            name=SALES, tables=(DailySales, ProductSales), apply=sales.apply_all
        ),
        # What it writes is work for a sender; `manage.py webhooks replay` redoes it.
        Projection(name=WEBHOOKS, tables=(), apply=webhooks.apply_all),
    )
}
KNOWN.update(PROJECTIONS)
