"""A customer's record. Only `customers.directory` writes it."""

from typing import Any, NoReturn
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

EMAIL_ONCE = "customers_customer_email_once"


def new_id() -> UUID:
    return uuid7()


class ReadOnlyQuerySet(models.QuerySet["Customer"]):
    """Writing in bulk would pass by the log, so it is refused."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("customers are written by customers.directory only")

    create = update = delete = _refuse
    bulk_create = bulk_update = get_or_create = update_or_create = _refuse


class Customer(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.IntegerField(default=1, editable=False)
    # Null once the person has been erased.
    name = models.CharField(max_length=200, null=True)  # noqa: DJ001
    email = models.CharField(max_length=254, null=True)  # noqa: DJ001
    created_at = models.DateTimeField(editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    # How much the erasure has touched, by what it was.
    touched = models.JSONField(null=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="customer",
    )
    # Where the log tells of the last change.
    position = models.BigIntegerField(default=0, editable=False)

    objects = ReadOnlyQuerySet.as_manager()

    class Meta:
        permissions = [("manage_customers", "Can manage all customers")]
        constraints = [models.UniqueConstraint(Lower("email"), name=EMAIL_ONCE)]
        indexes = [
            models.Index(
                fields=["-created_at", "-id"], name="customers_customer_newest"
            )
        ]

    def __str__(self) -> str:
        """Name nobody: the admin's log keeps this text for ever."""
        return f"customer {self.pk.hex[-8:]}"

    def save(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("customers are written by customers.directory only")

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("customers are erased by customers.directory only")
