"""Buttons that move an order on. Each carries the version that its presser saw."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from customers import directory
from orders_command.domain.commands import (
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    ShipOrder,
    Transition,
)
from orders_command.domain.errors import OrderError, OrderNotFound, VersionMismatch
from orders_command.handlers import new_remark, new_shipment
from orders_command.pages.commanding import (
    NEEDS,
    carry_out,
    go_to,
    refusal,
    show,
    text_of,
    version_seen,
)

View = Callable[..., HttpResponse]


def of_the_desk(view: View) -> View:
    """Let in only who may command orders."""
    allowed = permission_required(NEEDS, raise_exception=True)(view)
    return login_required(require_POST(allowed))


@of_the_desk
def confirm_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    command = ConfirmOrder(order_id=order_id)
    return _move(request, command, acted_on=version_seen(request))


@of_the_desk
def ship_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    refused = _refused(request, "carrier", "trackingNumber")
    if refused:
        return _back(request, order_id, refused)
    shipment = new_shipment(
        carrier=text_of(request, "carrier"),
        tracking_number=text_of(request, "trackingNumber"),
    )
    command = ShipOrder(order_id=order_id, shipment=shipment)
    return _move(request, command, acted_on=version_seen(request))


@of_the_desk
def deliver_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    command = DeliverOrder(order_id=order_id)
    return _move(request, command, acted_on=version_seen(request))


@login_required
@require_POST
def cancel_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The desk cancels any order, customers their own while it is pending."""
    own = directory.kept_to(request, unless=NEEDS)
    refused = _refused(request, "reason")
    if refused:
        return _back(request, order_id, refused)
    reason = new_remark(text_of(request, "reason"))
    by_customer = not request.user.has_perm(NEEDS)
    command = CancelOrder(
        order_id=order_id, reason=reason, only_of=own, by_customer=by_customer
    )
    return _move(request, command, acted_on=version_seen(request))


def _move(
    request: HttpRequest, command: Transition, *, acted_on: int | None
) -> HttpResponse:
    order_id = command.order_id
    try:
        receipt = carry_out(request, command, expected_version=acted_on)
    except OrderNotFound as unknown:
        raise Http404(str(unknown)) from unknown
    except VersionMismatch as lost:
        return _lost(request, order_id, f"?acted_on={acted_on}&now_at={lost.version}")
    except OrderError as refused:
        return _back(request, order_id, str(refused))
    return show(request, receipt)


def _lost(request: HttpRequest, order_id: UUID, query: str) -> HttpResponse:
    """Show the order, with the offer to apply again what was wanted and typed."""
    for name in _LABELS:
        if typed := text_of(request, name):
            messages.info(request, typed, extra_tags=f"typed-{name}")
    wanted = request.path.rpartition("/")[2]
    return go_to(request, order_id, f"{query}&wanted={wanted}")


def _back(request: HttpRequest, order_id: UUID, refused: str) -> HttpResponse:
    messages.error(request, refused)
    return go_to(request, order_id)


def _refused(request: HttpRequest, *names: str) -> str:
    wrong = ((name, refusal(name, text_of(request, name))) for name in names)
    return " ".join(f"{_LABELS[name]}: {detail}" for name, detail in wrong if detail)


_LABELS = {
    "carrier": "Carrier",
    "trackingNumber": "Tracking number",
    "reason": "Reason",
}
