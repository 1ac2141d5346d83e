"""A lost race: what was wanted, and the offer to apply it to the order as it is now."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import reverse

# What was typed comes as messages of this kind: they are kept for one page only, and
# unlike an address nobody logs them.
TYPED = "typed-"
STEPS = {
    "confirm": ("Confirm", "Confirmed"),
    "ship": ("Ship", "Shipped"),
    "deliver": ("Mark as delivered", "Delivered"),
    "cancel": ("Cancel this order", "Cancelled"),
}


@dataclass(frozen=True, kw_only=True)
class Again:
    """A step that is offered once more: where to, its name, and what it leads to."""

    url: str
    label: str
    becomes: str


def again(request: HttpRequest, order_id: UUID, legal: Iterable[str]) -> Again | None:
    """Return the step that was wanted, None if the order does not allow it any more."""
    wanted = request.GET.get("wanted", "")
    if wanted not in STEPS or wanted not in legal:
        return None
    label, becomes = STEPS[wanted]
    url = reverse(f"orders:{wanted}", args=[order_id])
    return Again(url=url, label=label, becomes=becomes)


def remembered(request: HttpRequest) -> dict[str, Any]:
    """Return what there is to tell, and beside it what was typed, by field."""
    told, typed = [], {}
    for message in get_messages(request):
        kind = message.extra_tags or ""
        if kind.startswith(TYPED):
            typed[kind.removeprefix(TYPED)] = str(message)
        else:
            told.append(message)
    return {"messages": told, "typed": typed}
