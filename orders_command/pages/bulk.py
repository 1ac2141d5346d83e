"""Confirming and shipping several orders at once: each is decided for itself."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from orders_command.domain.commands import ConfirmOrder, ShipOrder
from orders_command.domain.errors import OrderError, VersionMismatch
from orders_command.handlers import TooBusy
from orders_command.pages.commanding import carry_out
from orders_command.pages.transitions import of_the_desk

MOST = 100  # orders of one form
UNKNOWN = "The database did not answer. Do it again: it counts once."
NOT_TRIED = "Not tried, since the database did not answer."
STEPS = {"confirm": ConfirmOrder, "ship": ShipOrder}


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of one order; position 0 if nothing did."""

    order_id: UUID
    number: str
    outcome: str
    position: int = 0


@of_the_desk
def act_on_many(request: HttpRequest) -> HttpResponse:
    """Carry one step out for each ticked order, at the version that was seen."""
    step = request.POST.get("do", "")
    ticked = [*dict.fromkeys(request.POST.getlist("order"))]
    refused = _refusal(step, ticked)
    if refused:
        messages.error(request, refused)
        return redirect("orders:list")
    results = _results(request, step, ticked)
    done = sum(1 for result in results if result.position)
    context = {"results": results, "done": done, "step": step}
    response = render(request, "orders/bulk.html", context)
    if done:
        position = max(result.position for result in results)
        response["Consistency-Token"] = str(position)
    return response


def _refusal(step: str, ticked: list[str]) -> str:
    """Say what is wrong with the form as a whole; nothing is done then."""
    if step not in STEPS:
        return "Several orders can be confirmed or shipped at once, nothing else."
    if not ticked:
        return "Tick the orders first."
    if len(ticked) > MOST:
        return f"At most {MOST} orders are acted on at once; nothing was done."
    try:
        for text in ticked:
            _parts(text)
    except ValueError:
        return "The form could not be understood; nothing was done."
    return ""


def _parts(text: str) -> tuple[UUID, int, str]:
    """Return id, version and number of a ticked order."""
    id_, version, number = text.split(":")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise ValueError(version)
    return UUID(id_), int(version), number[:20]


def _results(request: HttpRequest, step: str, ticked: list[str]) -> list[Result]:
    """Act on one after the other; once the database is away, on none any more."""
    results: list[Result] = []
    for text in ticked:
        order_id, version, number = _parts(text)
        is_away = bool(results) and results[-1].outcome in {UNKNOWN, NOT_TRIED}
        results.append(
            Result(order_id=order_id, number=number, outcome=NOT_TRIED)
            if is_away
            else _result(request, step, order_id, version, number)
        )
    return results


def _result(
    request: HttpRequest, step: str, order_id: UUID, version: int, number: str
) -> Result:
    try:
        receipt = carry_out(
            request,
            STEPS[step](order_id=order_id),
            part=f"{step}:{order_id}:{version}",
            expected_version=version,
        )
    except VersionMismatch as lost:
        outcome = f"Changed meanwhile: it is at version {lost.version} now."
        return Result(order_id=order_id, number=number, outcome=outcome)
    except (OrderError, TooBusy) as refused:
        return Result(order_id=order_id, number=number, outcome=str(refused))
    except (OperationalError, InterfaceError):
        return Result(order_id=order_id, number=number, outcome=UNKNOWN)
    return Result(
        order_id=order_id,
        number=receipt.order_number,
        outcome=receipt.status,
        position=receipt.position,
    )
