import csv
from collections import Counter
from pathlib import Path

from bench import loading


def test_a_file_has_three_items_an_order_and_at_least_five_events_for_two(
    tmp_path: Path,
) -> None:
    path = tmp_path / "orders.csv"

    loading.write_csv(path, 1000)

    rows = _rows(path)
    orders = {row["order_ref"]: row for row in rows}
    assert set(Counter(row["order_ref"] for row in rows).values()) == {3}
    steps = [name for name in loading.HEAD if name.endswith("_at")]
    assert sum(bool(o[step]) for o in orders.values() for step in steps) >= 2500


def test_the_newest_orders_can_be_of_one_customer(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"

    loading.write_csv(path, 50, of_one=20)

    emails = [row["customer_email"] for row in _rows(path)[::3]]
    assert emails.count("big@example.org") == 20
    assert set(emails[-20:]) == {"big@example.org"}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
