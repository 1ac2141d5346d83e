"""Files to import, written row by row."""

import csv
from pathlib import Path
from uuid import uuid4

from orders_command.models import Order

HEADER = (
    "order_ref",
    "customer_email",
    "customer_name",
    "ordered_at",
    "confirmed_at",
    "shipped_at",
    "delivered_at",
    "cancelled_at",
    "product_id",
    "quantity",
    "price",
)
ORDERED, CONFIRMED = "2024-03-01T10:00:00Z", "2024-03-01T12:30:00.250+01:00"
SHIPPED, DELIVERED = "2024-03-02T08:00:00Z", "2024-03-05T16:45:00Z"
CANCELLED = "2024-03-01T11:40:00Z"


def a_reference() -> str:
    return f"old-{uuid4().hex}"


def a_row(reference: str = "", **columns: str) -> dict[str, str]:
    """Return one item of a pending order: two teas at 3.50."""
    reference = reference or a_reference()
    return {
        **dict.fromkeys(HEADER, ""),
        "order_ref": reference,
        "customer_email": f"{reference[-32:]}@example.org",
        "customer_name": "Ada Lovelace",
        "ordered_at": ORDERED,
        "product_id": "tea",
        "quantity": "2",
        "price": "3.50",
        **columns,
    }


def is_there(row: dict[str, str]) -> bool:
    return Order.objects.filter(reference=row["order_ref"]).exists()


def rows(count: int, **columns: str) -> list[dict[str, str]]:
    """Return so many orders of one item."""
    return [a_row(**columns) for _ in range(count)]


def written(folder: Path, *given: dict[str, str]) -> Path:
    """Write the rows into a file; the first one says which columns there are."""
    path = folder / f"{uuid4().hex}.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, given[0])
        writer.writeheader()
        writer.writerows(given)
    return path
