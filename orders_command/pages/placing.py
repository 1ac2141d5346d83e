"""Placing an order: a form that grows by the line, on the server if need be."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders_command.domain.errors import (
    BadInput,
    CustomerErased,
    DuplicateReference,
    KeyReused,
    OrderError,
)
from orders_command.handlers import Receipt
from orders_command.pages.commanding import NEEDS, carry_out, leave, show
from orders_command.pages.form import OrderForm, new_form, new_key, read


@login_required
@permission_required(NEEDS, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def place_order(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, new_form(request.GET.dict()), is_fresh=True)
    if request.POST.get("do") == "anew":
        return _shown(request, new_form({}))
    form = read(request.POST)
    if request.POST.get("do", "place") != "place" or "remove-line" in request.POST:
        form.rearrange(request.POST)
        return _shown(request, form)
    receipt = _placed(request, form)
    if receipt is None:
        return _shown(request, form)
    messages.success(request, f"Order {receipt.order_number} is placed.")
    return leave(request, show(request, receipt))


def _placed(request: HttpRequest, form: OrderForm) -> Receipt | None:
    """Carry the order out, or leave in the form why it could not be."""
    command = form.command()
    if command is None:
        return None
    try:
        return carry_out(request, command)
    except BadInput as refused:
        form.refuse(refused.errors)
    except DuplicateReference as refused:
        form.errors["reference"] = str(refused)
        form.is_reference_taken = True
    except CustomerErased as refused:
        form.errors["customer"] = str(refused)
    except KeyReused:
        form.key = new_key()
        form.summary = (
            "This form has placed an order already, and has been changed since. "
            "Send it again to place another order."
        )
    except OrderError as refused:
        form.summary = str(refused)
    return None


def _shown(
    request: HttpRequest, form: OrderForm, *, is_fresh: bool = False
) -> HttpResponse:
    fragment = "HX-Request" in request.headers
    name = "orders/_place.html" if fragment else "orders/place.html"
    status = 422 if form.has_errors else 200
    context = {
        "form": form,
        "is_fresh": is_fresh,  # a draft that the browser has kept may take its place
        "is_restored": request.POST.get("do") == "restore",
    }
    return render(request, name, context, status=status)
