"""A note on an order: whoever else is at work on it, it is as right as before."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from orders_command.domain.errors import OrderError, OrderNotFound
from orders_command.handlers import new_note
from orders_command.pages.commanding import carry_out, go_to, refusal, show, text_of
from orders_command.pages.transitions import of_the_desk


@of_the_desk
def add_note(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Add what was typed, at whatever version; refused, it is shown again."""
    typed = text_of(request, "note")
    refused = "A note needs words." if not typed else refusal("note", typed)
    if refused:
        return _back(request, order_id, refused)
    try:
        receipt = carry_out(request, new_note(order_id=order_id, text=typed))
    except OrderNotFound as unknown:
        raise Http404(str(unknown)) from unknown
    except OrderError as error:
        return _back(request, order_id, str(error))
    return show(request, receipt)


def _back(request: HttpRequest, order_id: UUID, refused: str) -> HttpResponse:
    messages.error(request, f"Note: {refused}")
    if typed := text_of(request, "note"):
        messages.info(request, typed, extra_tags="typed-note")
    return go_to(request, order_id)
