"""The demo administrator: made anew for each checkout, and no part of production."""

import secrets

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from config.access.models import SCOPES, ApiToken, User, issue_token

USERNAME = "admin"
TOKEN_NAME = "demo access"  # noqa: S105


@transaction.atomic
def make() -> dict[str, str]:
    """Make the account, or give it a new password and token, and return these."""
    password = secrets.token_urlsafe(12)
    user, _created = User.objects.get_or_create(username=USERNAME)
    user.is_staff = user.is_superuser = user.is_active = True
    user.set_password(password)
    user.save()
    _revoke_tokens(user)
    issued = issue_token(user, name=TOKEN_NAME, scopes=SCOPES, days=365)
    return {"username": USERNAME, "password": password, "token": issued.text}


@transaction.atomic
def disable() -> None:
    """Let nobody sign in as the demo administrator, nor use its tokens."""
    for user in User.objects.filter(pk__in=_made_here().values("user")):
        user.is_active = False
        user.set_unusable_password()
        user.save()
        _revoke_tokens(user)


def may_sign_in() -> bool:
    """Tell whether an account that `demo_access` has made is in use."""
    return _made_here().filter(user__is_active=True).exists()


def _made_here() -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(name=TOKEN_NAME, user__username=USERNAME)


def _revoke_tokens(user: User) -> None:
    valid = ApiToken.objects.filter(user=user, name=TOKEN_NAME, revoked_at=None)
    valid.update(revoked_at=timezone.now())
