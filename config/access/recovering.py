"""A forgotten password: a link by mail, and with it a new password."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from axes.helpers import get_client_ip_address
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordResetForm
from django.core.mail import EmailMessage
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils import timezone

from config.access import limits
from config.access.models import ApiToken

logger = logging.getLogger(__name__)

# Whether somebody has an address is not told by the answer, nor by its time: looking
# and sending are left to a thread, which begins with the first request for it.
_post = ThreadPoolExecutor(1, thread_name_prefix="mail")


class LinkForm(PasswordResetForm):
    """Lets an error out when a mail is not sent: Django's form logs the address."""

    def send_mail(  # noqa: PLR0913, PLR0917 - as Django calls it
        self,
        subject_template_name: str,
        email_template_name: str,
        context: Any,
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        subject = render_to_string(subject_template_name, context)
        body = render_to_string(email_template_name, context)
        mail = EmailMessage(" ".join(subject.split()), body, from_email, [to_email])
        mail.send()


class Forgotten(views.PasswordResetView):
    """Sends a link to whoever has the address; the answer is the same for all."""

    form_class = LinkForm
    template_name = "access/forgotten.html"
    email_template_name = "access/mail/forgotten.txt"
    subject_template_name = "access/mail/forgotten_subject.txt"
    success_url = reverse_lazy("forgotten-sent")

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        if not limits.may_ask(get_client_ip_address(self.request)):
            return _too_often(self.request)
        if limits.may_be_sent_to(form.cleaned_data["email"]):
            _post.submit(_send, form, self._how())
        return HttpResponse(status=302, headers={"Location": str(self.success_url)})

    def _how(self) -> dict[str, Any]:
        return {
            "domain_override": self.request.get_host(),
            "use_https": self.request.is_secure(),
            "email_template_name": self.email_template_name,
            "subject_template_name": self.subject_template_name,
        }


class NewPassword(views.PasswordResetConfirmView):
    """
    Takes a new password from whoever has the link, once and within the hour.

    All sessions of the user end with it, and all tokens: somebody else may have had the
    old password.
    """

    template_name = "access/new_password.html"
    success_url = reverse_lazy("sign-in")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        valid = ApiToken.objects.filter(user=form.user, revoked_at=None)
        valid.update(revoked_at=timezone.now())
        messages.success(
            self.request,
            "The new password is set. All sessions and API tokens have ended.",
        )
        return super().form_valid(form)


forgotten = Forgotten.as_view()
forgotten_sent = views.PasswordResetDoneView.as_view(
    template_name="access/forgotten_sent.html"
)
new_password = NewPassword.as_view()


def _too_often(request: HttpRequest) -> HttpResponse:
    response = render(request, "access/asked_too_often.html", status=429)
    response["Retry-After"] = str(limits.SECONDS)
    return response


def _send(form: PasswordResetForm, how: dict[str, Any]) -> None:
    try:
        form.save(**how)
    except Exception as error:
        # Its words could name the address.
        logger.error("No mail was sent: %s", type(error).__name__)  # noqa: TRY400
    finally:
        connections.close_all()
