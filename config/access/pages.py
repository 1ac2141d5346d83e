"""Signing in and out, and the page of those who guessed too often."""

import math
from typing import Any

from django.conf import settings
from django.contrib.auth import logout, views
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from config.access import devices, guessing


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

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, in a session that begins now whoever had this one before."""
        guessing.forgive(self.request)
        if self.request.user.is_authenticated:
            logout(self.request)
        response = super().form_valid(form)
        devices.remember(self.request, response, form.get_user().get_username())
        return response


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
    pause = int(settings.AXES_COOLOFF_TIME.total_seconds())
    seconds = getattr(request, "retry_after", pause)
    context = {"minutes": math.ceil(seconds / 60)}
    response = render(request, "access/locked_out.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
