"""Signing in and out, and the page of those who guessed too often."""

from typing import Any

from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache


class SignInForm(AuthenticationForm):
    """Refuses a name that no user can have, before it is looked up and noted down."""

    username = UsernameField(max_length=150)


class SignIn(views.LoginView):
    """The sign-in page; `next` is followed to this site only."""

    template_name = "access/sign_in.html"
    authentication_form = SignInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Give htmx, whose reader's session has ended, the page and not a part."""
        if "HX-Request" in request.headers:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return super().get(request, *args, **kwargs)


sign_in = SignIn.as_view()
sign_out = views.LogoutView.as_view()


@never_cache
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the admin's visitors to the one sign-in page."""
    if request.user.is_authenticated:
        raise PermissionDenied("The admin is for staff.")
    return redirect_to_login(request.GET.get("next", "/admin/"))


def locked_out(
    request: HttpRequest, _original: HttpResponse | None, _credentials: Any
) -> HttpResponse:
    """Answer in place of whatever the view has said."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    context = {"minutes": seconds // 60}
    response = render(request, "access/locked_out.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
