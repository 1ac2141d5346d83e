"""What the command side keeps: the state of each order, and the log of all events."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from orders_command.domain.order import Status


class Money(models.Field):  # type: ignore[type-arg]
    """A numeric column without a scale of its own: 99.90 and 100 stay as written."""

    def db_type(self, connection: Any) -> str:
        return "numeric"


class Order(models.Model):
    """The current state of one order, the version it is at, and its last hash."""

    id = models.UUIDField(primary_key=True, editable=False)
    order_number = models.CharField(max_length=16)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+"
    )
    reference = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001
    currency = models.CharField(max_length=3)
    total = Money()
    status = models.CharField(max_length=16, choices=[(s, s) for s in Status])
    version = models.PositiveIntegerField()
    head_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    last_updated_at = models.DateTimeField()

    class Meta:
        permissions = [("command_orders", "Can create orders and move them on")]
        indexes = [models.Index(fields=["created_at", "id"], name="order_by_age")]
        constraints = [
            models.UniqueConstraint(fields=["order_number"], name="order_number_once"),
            models.UniqueConstraint(fields=["reference"], name="order_reference_once"),
            models.CheckConstraint(
                condition=Q(status__in=list(Status)), name="order_status_known"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="order_version_from_one"
            ),
        ]

    def __str__(self) -> str:
        return self.order_number


class OrderItem(models.Model):
    """One line of an order, numbered from 1."""

    pk = models.CompositePrimaryKey("order_id", "line")
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="items", db_index=False
    )
    line = models.PositiveSmallIntegerField()
    product_id = models.CharField(max_length=64)
    quantity = models.PositiveIntegerField()
    price = Money()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1), name="item_quantity_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.line}"


class OrderRemark(models.Model):
    """A note or a reason: free text, kept out of the log so that it can be erased."""

    id = models.UUIDField(primary_key=True, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="remarks")
    text = models.TextField()

    def __str__(self) -> str:
        return f"remark {self.id}"


class AppendOnly(models.QuerySet["Event"]):
    """Says in Python, sooner and kinder, what triggers and roles enforce."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("The event log is append-only.")

    def delete(self) -> NoReturn:
        raise TypeError("The event log is append-only.")


class Event(models.Model):
    """
    One thing that happened. Triggers refuse UPDATE, DELETE and TRUNCATE.

    The feed's proof of completeness holds only while `position` is drawn by the
    INSERT or COPY into this very table, one at a time (an identity with CACHE 1).
    """

    position = models.BigAutoField(primary_key=True)
    id = models.UUIDField(editable=False)
    order = models.ForeignKey(
        Order,
        on_delete=models.PROTECT,
        related_name="events",
        null=True,
        db_index=False,
    )
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
    )
    version = models.PositiveIntegerField()
    type = models.CharField(max_length=64)
    shape = models.PositiveSmallIntegerField()
    data = models.JSONField()
    actor = models.CharField(max_length=64)
    request_id = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    objects = AppendOnly.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "version"], name="event_once_per_order_version"
            ),
            # Not of orders' events: an entry for each of them would serve nothing.
            models.UniqueConstraint(
                fields=["customer", "version"],
                condition=Q(customer__isnull=False),
                name="event_once_per_customer_version",
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=False, customer__isnull=True)
                | Q(order__isnull=True, customer__isnull=False),
                name="event_of_one_stream",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} at {self.position}"


class Epoch(models.Model):
    """
    A stretch of the log's life on one server's history; the newest one is now.

    Its positions are above those of every epoch before it, lost ones included.
    """

    id = models.BigAutoField(primary_key=True)
    timeline = models.CharField(max_length=8)
    above = models.BigIntegerField()
    why = models.CharField(max_length=16)
    began_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.why}, above {self.above}"


class ExpiryMark(models.Model):
    """
    Up to which time of placing orders have been looked at, to cancel them for their
    age, and when. One row while that is on; none once it has been off for a day.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    placed_up_to = models.DateTimeField()
    looked_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"orders placed up to {self.placed_up_to}"


class IdempotencyRecord(models.Model):
    """The receipt of a command that was carried out under a key; never a body."""

    pk = models.CompositePrimaryKey("caller", "key")
    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=255)  # the digest of what the caller has sent
    fingerprint = models.BinaryField(max_length=32)
    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="+", null=True, db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        db_index=False,
    )
    status = models.CharField(max_length=16)
    version = models.PositiveIntegerField()
    position = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"receipt {self.position}"
