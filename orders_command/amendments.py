"""Published. What an amendment of an order's lines has changed, in words for people."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

Shown = Mapping[str, Any]  # a line as `wording.items` shows it
MOST = 12  # changes that are told one by one


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line's change: with signs, to be seen, and without them, to be heard."""

    shown: str
    spoken: str


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """The first changes, how many more there are, and what the total was and is."""

    changes: tuple[Change, ...]
    more: int
    previous_total: str
    total: str
    currency: str


def amendment_in(event: Shown) -> Amendment | None:
    """Return what an event of a history says of it; None if it is no amendment."""
    if event["type"] != "OrderItemsAmended":
        return None
    data = event["data"]
    changes = _changes(data["previousItems"], data["items"])
    return Amendment(
        changes=tuple(changes[:MOST]),
        more=max(0, len(changes) - MOST),
        previous_total=f"{data['previousTotal']:,}",
        total=f"{data['total']:,}",
        currency=data["currency"],
    )


def _changes(before: Iterable[Shown], after: Iterable[Shown]) -> list[Change]:
    """Pair the lines of each product, first with first; tell what is not the same."""
    lines: dict[str, tuple[list[Shown], list[Shown]]] = defaultdict(lambda: ([], []))
    for place, items in enumerate((before, after)):
        for item in items:
            lines[item["productId"]][place].append(item)
    told = [
        _change(product, old, new)
        for product, (olds, news) in lines.items()
        for old, new in zip_longest(olds, news)
        if _is_other(old, new)
    ]
    words = "the same lines in another order"
    return told or [Change(shown=words, spoken=words)]


def _is_other(old: Shown | None, new: Shown | None) -> bool:
    if old is None or new is None:
        return True
    return (old["quantity"], old["price"]) != (new["quantity"], new["price"])


def _change(product: str, old: Shown | None, new: Shown | None) -> Change:
    match old, new:
        case None, {"quantity": many}:
            what = f"{many:,} × {product}"
            return Change(shown=f"+ {what}", spoken=f"{what} added")
        case {"quantity": many}, None:
            what = f"{many:,} × {product}"
            return Change(shown=f"− {what}", spoken=f"{what} taken out")
        case {"quantity": was, "price": cost}, {"quantity": many, "price": costs}:
            shown = f"{was:,} → {many:,}" if was != many else f"{many:,}"
            spoken = f"{many:,} instead of {was:,}" if was != many else f"{many:,}"
            shown, spoken = f"{shown} × {product}", f"{spoken} × {product}"
            if cost != costs:
                shown += f" at {cost:,} → {costs:,}"
                spoken += f" at {costs:,} instead of {cost:,}"
            return Change(shown=shown, spoken=spoken)
        case _:
            raise ValueError(product)
