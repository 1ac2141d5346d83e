"""What `manage.py check --deploy` says of accounts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004


@register(Tags.security, deploy=True)
def mails_go_out(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Warn if who has forgotten a password would wait for a mail in vain."""
    if not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return []
    return [
        Warning(
            "Mails are written to files, and nobody gets the link to a new password.",
            hint="Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com:587.",
            id="orders.W002",
        )
    ]
