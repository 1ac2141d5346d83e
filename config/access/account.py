"""One's own account: who one is, a new password, and one's own API tokens."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from config.access.bounds import limit_refusal, may_limit
from config.access.models import READ, WRITE, ApiToken, issue_token, new_id

MOST = 20  # valid tokens of one person
LONGEST = 365  # days


class TokenForm(forms.Form):
    """What a new token is for, what it may do, for whom, and for how long."""

    name = forms.CharField(max_length=100)
    scopes = forms.MultipleChoiceField(
        choices=[(READ, "Read"), (WRITE, "Command")],
        initial=[READ, WRITE],
        widget=forms.CheckboxSelectMultiple,
    )
    customer_id = forms.UUIDField(
        required=False,
        label="Only of the customer",
        error_messages={"invalid": "This is no customer's id."},
    )
    days = forms.IntegerField(min_value=1, max_value=LONGEST, initial=90)
    key = forms.UUIDField(required=False, initial=new_id, widget=forms.HiddenInput)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show the account; a POST makes a token, whose text is in this answer only."""
    form = TokenForm(request.POST or None)
    issued = None
    if request.method == "POST" and form.is_valid():
        issued = _issued(request, form)
        form = TokenForm() if issued else form
    context = {
        "form": form,
        "issued": issued,
        "may_limit": may_limit(request.user),
        "tokens": _own(request).order_by("-created_at"),
        "groups": request.user.groups.values_list("name", flat=True),
        "now": timezone.now(),
    }
    return render(
        request, "access/account.html", context, status=422 if form.errors else 200
    )


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: Any) -> HttpResponse:
    """Revoke one of one's own tokens; anybody else's is none at all."""
    tokens = _own(request).filter(pk=token_id)
    if not tokens:
        raise Http404("There is no such token.")
    tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    messages.success(request, "The token is revoked; in effect within seconds.")
    return redirect("account")


class PasswordChange(views.PasswordChangeView):
    """A new password: every other session of the account ends, and every token."""

    template_name = "access/password.html"
    success_url = reverse_lazy("account")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(
            self.request,
            "The password is changed. Other sessions and all API tokens have ended.",
        )
        return super().form_valid(form)


change_password = PasswordChange.as_view()


def _own(request: HttpRequest) -> Any:
    user: Any = request.user
    return ApiToken.objects.filter(user=user)


def _issued(request: HttpRequest, form: TokenForm) -> str:
    """Return the text of a new token, empty if the form says why there is none."""
    valid = _own(request).filter(revoked_at=None, expires_at__gt=timezone.now())
    if valid.count() >= MOST:
        form.add_error(None, f"You have {MOST} valid tokens. Revoke one first.")
        return ""
    user: Any = request.user
    limit, scopes = form.cleaned_data["customer_id"], form.cleaned_data["scopes"]
    if refused := limit_refusal(user, limit, scopes=scopes):
        form.add_error("customer_id", refused)
        return ""
    try:
        with transaction.atomic():
            return issue_token(user, **form.cleaned_data).text
    except IntegrityError:
        form.add_error(None, "This form has made its token already. Load it anew.")
        return ""
