"""What all forms share: who sends it, that twice is once, and where to go next."""

import time
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from customers.signals import IdempotencyKey
from orders_command import handlers
from orders_command.domain.commands import Command
from orders_command.domain.errors import InFlight
from orders_command.handlers import Receipt

NEEDS = "orders_command.command_orders"
TWIN_SECONDS = 3.0  # that the second click waits for what the first one led to
TEXT = {
    "reference": 64,
    "productId": 64,
    "note": 2_000,
    "reason": 500,
    "carrier": 100,
    "trackingNumber": 100,
}


def carry_out(
    request: HttpRequest, command: Command, *, part: str = "", **how: Any
) -> Receipt:
    """Give the command in the reader's name; a second click gets the first's receipt.

    A form that gives several commands names for each the part of it that it is of.

    :raises OrderError: as the handlers do
    """
    deadline = time.monotonic() + TWIN_SECONDS
    while True:
        try:
            return handlers.handle(
                command,
                actor=f"user:{request.user.pk}",
                request_id=getattr(request, "request_id", ""),
                idempotency=_idempotency(request, part),
                **how,
            )
        except InFlight:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def show(request: HttpRequest, receipt: Receipt) -> HttpResponse:
    """Send the reader to the order as it stands after the command."""
    response = go_to(request, receipt.order_id)
    response["Consistency-Token"] = str(receipt.position)
    return response


def leave(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let a form that is a page of its own be left for the order's, by htmx too."""
    if "HX-Request" not in request.headers:
        return response
    moved = HttpResponseClientRedirect(response["Location"])
    if "Consistency-Token" in response:
        moved["Consistency-Token"] = response["Consistency-Token"]
    return moved


def version_seen(request: HttpRequest) -> int | None:
    """Return the version of the order that the form was made from."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def go_to(request: HttpRequest, order_id: UUID, query: str = "") -> HttpResponse:
    # 303 also for htmx: it follows, and asks for the part it wants.
    url = reverse("orders:detail", args=[order_id]) + query
    response = redirect(url)
    response.status_code = 303
    return response


def _idempotency(request: HttpRequest, part: str) -> IdempotencyKey | None:
    """Return the key that the form was rendered with, and what was sent with it."""
    try:
        key = str(UUID(request.POST.get("key", "")))
    except ValueError:
        return None  # a form without a key is decided each time
    if part:
        key = f"{key}:{part}"
    sent = {
        name: values
        for name, values in request.POST.lists()
        if name not in {"csrfmiddlewaretoken", "key", "do"}
    }
    return IdempotencyKey.of(
        caller=f"user:{request.user.pk}",
        key=f"form:{key}",
        asked=(request.path, part or sent),
    )


def text_of(request: HttpRequest, name: str) -> str:
    # Browsers end the lines of a textarea with a carriage return as well.
    return " ".join(request.POST.get(name, "").split())


def refusal(name: str, text: str) -> str:
    """Say what is wrong with a text, nothing if it will do."""
    if len(text) > TEXT[name]:
        return f"This has at most {TEXT[name]:,} characters."
    if any(_is_control(character) for character in text):
        return "Control characters are not accepted."
    if name in {"carrier", "trackingNumber"} and not _is_code(text):
        return "Use letters, digits, spaces, hyphens and dots."
    return ""


def _is_control(character: str) -> bool:
    return ord(character) < 32 or 127 <= ord(character) < 160


def _is_code(text: str) -> bool:
    return all(c.isascii() and (c.isalnum() or c in " -.") for c in text)
