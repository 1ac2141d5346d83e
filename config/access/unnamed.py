"""Who guesses a password is counted under a digest of what was typed, never the text.

People type their e-mail address, or a password, where a user name belongs.
"""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

MARK = "~"
LENGTH = len(MARK) + 64


class Attempts(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Counts as the handler of axes does, of people without names."""

    def user_logged_in(
        self, sender: Any, request: HttpRequest, user: Any, **more: Any
    ) -> None:
        super().user_logged_in(sender, request, _Unnamed(user), **more)

    def user_logged_out(
        self, sender: Any, request: HttpRequest, user: Any, **more: Any
    ) -> None:
        unnamed = _Unnamed(user) if user else user
        super().user_logged_out(sender, request, unnamed, **more)

    def reset_attempts(self, *, username: str | None = None, **more: Any) -> int:
        """Take a user's name as it is typed, in the shell too."""
        kept = digest_of(username) if username else username
        count: int = super().reset_attempts(username=kept, **more)
        return count


def username_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """Return what axes keeps of the name that was typed."""
    typed = (credentials or request.POST).get(get_user_model().USERNAME_FIELD)
    return digest_of(typed) if typed else None


def digest_of(typed: str) -> str:
    """Return the digest of a name, or the name if it is a digest already."""
    if len(typed) == LENGTH and typed.startswith(MARK):
        return typed
    hashed = salted_hmac("sign-in", typed.casefold(), algorithm="sha256")
    return MARK + hashed.hexdigest()


@receiver(pre_save, sender=AccessAttempt)
def keep_no_forms(*, instance: AccessAttempt, **_: Any) -> None:
    """What else was sent, and from where one was led here, is nobody's business."""
    instance.get_data = instance.post_data = ""


class _Unnamed:
    def __init__(self, user: Any) -> None:
        self._user = user

    def get_username(self) -> str:
        return digest_of(self._user.get_username())
