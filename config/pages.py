"""What is said when a page cannot be: the handlers of errors."""

import sys
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from config import problems

LONGEST = 2_000  # characters; Django refuses to redirect to more than 16,384


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _refuse(request, "bad-request", "400.html")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _refuse(request, "forbidden", "403.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _refuse(request, "forbidden", "403_csrf.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Strangers are sent to the sign-in page, whatever they ask for."""
    if not problems.is_api(request) and _is_stranger(request):
        return redirect_to_login(_way_back(request))
    return _refuse(request, "not-found", "404.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django has logged the error; here it is only answered."""
    if problems.is_api(request):
        known = problems.problem_of(sys.exc_info()[1])
        return problems.render(request, known or problems.UNKNOWN)
    # Without the request, whose user may be what has failed.
    request_id: Any = getattr(request, "answered_id", "")
    page = render_to_string("500.html", {"request_id": request_id})
    return HttpResponse(page, status=500)


def _way_back(request: HttpRequest) -> str:
    """Return where to go on after signing in: no address of endless length."""
    path = request.get_full_path()
    return path if len(path) <= LONGEST else "/"


def _is_stranger(request: HttpRequest) -> bool:
    if request.path_info.startswith("/static/"):
        return False
    user = getattr(request, "user", None)
    return user is not None and not user.is_authenticated


def _refuse(request: HttpRequest, code: str, template: str) -> HttpResponse:
    if problems.is_api(request):
        return problems.response(request, code)
    return render(request, template, status=problems.PROBLEMS[code][0])
