"""Who may come in: users, and the tokens that programs carry for them."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

READ, WRITE, METRICS = "read", "write", "metrics"
SCOPES = (READ, WRITE, METRICS)


def new_id() -> UUID:
    return uuid7()


class User(AbstractUser):
    """Somebody who signs in. The admin's log keeps `str`, so it names nobody."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    def __str__(self) -> str:
        return f"user {self.pk.hex[-8:]}"


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


def issue_token(
    user: User,
    *,
    name: str = "",
    scopes: Iterable[str] = (READ, WRITE),
    days: int = 90,
    customer_id: UUID | None = None,
) -> IssuedToken:
    """Make a token; with `customer_id` it does nothing beyond that customer."""
    text = draw_text()
    record = ApiToken.objects.create(
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
