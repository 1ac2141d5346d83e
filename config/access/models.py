"""Who may come in: users, and the tokens that programs carry for them."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from uuid_utils.compat import uuid7

from config.access import mails

READ, WRITE, METRICS = "read", "write", "metrics"
SCOPES = (READ, WRITE, METRICS)


def new_id() -> UUID:
    return uuid7()


class User(AbstractUser):
    """Somebody who signs in. The admin's log keeps `str`, so it names nobody."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    _is_closed = False  # set_unusable_password was called, and is not saved yet

    def __str__(self) -> str:
        return f"user {self.pk.hex[-8:]}"

    def set_unusable_password(self) -> None:
        super().set_unusable_password()
        self._is_closed = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """
        Save; with a new password, or none any more, all API tokens of the user end.

        Its sessions end with the old password by themselves. A hash that is only made
        stronger at signing in is no new password.
        """
        is_new: Any = getattr(self, "_password", None)  # what set_password was given
        if is_new is None and not self._is_closed:
            super().save(*args, **kwargs)
            return
        with transaction.atomic(using=kwargs.get("using")):
            super().save(*args, **kwargs)
            valid = self.api_tokens.filter(revoked_at=None)
            valid.update(revoked_at=timezone.now())
        self._is_closed = False

    def forget(self) -> dict[str, int]:
        """
        Disable the user, and leave nothing of it that names the person.

        Call it inside a transaction. Return what was touched, and how much of it.
        """
        tokens = self.api_tokens.update(
            name="", revoked_at=Coalesce("revoked_at", timezone.now())
        )
        self.is_active = False
        self.username = f"erased-{self.pk}"
        self.email = self.first_name = self.last_name = ""
        self.set_unusable_password()
        self.save()
        transaction.on_commit(lambda: mails.forget_written_to(self.pk), robust=True)
        return {"user": 1, "tokens": tokens}

    def told(self) -> dict[str, Any]:
        """Return all that is known of the user, but for what opens a door."""
        return {
            "userId": self.pk,
            "username": self.username,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "email": self.email,
            "isActive": self.is_active,
            "createdAt": self.date_joined,
            "lastSignInAt": self.last_login,
            "groups": list(self.groups.values_list("name", flat=True)),
            "tokens": [
                {
                    "name": token.name,
                    "scopes": token.scopes,
                    "createdAt": token.created_at,
                    "expiresAt": token.expires_at,
                    "revokedAt": token.revoked_at,
                }
                for token in self.api_tokens.order_by("created_at")
            ],
        }


class SignInTries(models.Model):
    """
    How often somebody has tried: a token bucket, full again at `full_at`.

    The digest is of a kind and a name, an address or a device, with the secret.
    """

    digest = models.BinaryField(primary_key=True, max_length=32)
    full_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "sign-in tries"

    def __str__(self) -> str:
        return f"tries until {self.full_at}"


class ApiToken(models.Model):
    """A bearer token of a user: only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100, blank=True)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=10, choices=[(scope, scope) for scope in SCOPES])
    )
    customer_id = models.UUIDField(
        "only of customer",
        null=True,
        blank=True,
        help_text="Empty: no limit but what the user may.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"token {self.pk.hex[-8:]}"

    @property
    def is_valid(self) -> bool:
        return (
            self.revoked_at is None
            and self.expires_at > timezone.now()
            and self.user.is_active
        )


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A token at the only moment its text is known."""

    record: ApiToken
    text: str


def issue_token(  # noqa: PLR0913
    user: User,
    *,
    name: str = "",
    scopes: Iterable[str] = (READ, WRITE),
    days: int = 90,
    customer_id: UUID | None = None,
    key: UUID | None = None,
) -> IssuedToken:
    """
    Make a token; with `customer_id` it does nothing beyond that customer.

    :param key: becomes its id, so that what is sent twice makes one
    :raises IntegrityError: if there is a token with this id
    """
    text = draw_text()
    record = ApiToken.objects.create(
        id=key or new_id(),
        user=user,
        name=name,
        digest=digest_of(text),
        scopes=list(scopes),
        customer_id=customer_id,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return IssuedToken(record=record, text=text)


def draw_text() -> str:
    return secrets.token_urlsafe(32)


def digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
