"""The read tables: what has been decided, laid out the way it is asked for."""

from typing import Any

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models


class Money(models.Field):  # type: ignore[type-arg]
    """A numeric column without a scale of its own: 99.90 and 100 stay as written."""

    def db_type(self, connection: Any) -> str:
        return "numeric"


class Checkpoint(models.Model):
    """How far a projection has come; it moves in the transaction of its rows."""

    name = models.CharField(max_length=32, primary_key=True)
    position = models.BigIntegerField(default=0)
    # Of the last event applied, to know the log again.
    hash = models.BinaryField(max_length=32, default=b"")
    # All that the log had at this time is applied, by the log's own clock.
    fresh_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)
    # Begun from this position and not ended: 0 at rest, 1 at work; more tell of death.
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    parked = models.PositiveIntegerField(default=0, db_default=0)  # events
    # Why it stands still until somebody acts; empty if it does not.
    halted = models.TextField(default="", db_default="", blank=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"


class OrderReadModel(models.Model):
    """One row for each order, ready to show. No foreign keys lead out of here."""

    order_id = models.UUIDField(primary_key=True)
    order_number = models.CharField(max_length=16)
    reference = models.CharField(max_length=64, null=True)  # noqa: DJ001
    customer_id = models.UUIDField()
    customer_name = models.TextField(null=True)  # noqa: DJ001
    customer_email = models.TextField(null=True)  # noqa: DJ001
    item_count = models.PositiveIntegerField()
    total = Money()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=16)
    version = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    last_updated_at = models.DateTimeField()
    items = models.JSONField()
    note = models.TextField(null=True)  # noqa: DJ001
    reason = models.TextField(null=True)  # noqa: DJ001
    carrier = models.CharField(max_length=100, null=True)  # noqa: DJ001
    tracking_number = models.CharField(max_length=100, null=True)  # noqa: DJ001
    # An event of it could not be applied, and waits with those after it.
    parked = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = "order"
        permissions = [("query_orders", "Can see every order and all statistics")]
        indexes = [
            models.Index(fields=["-created_at", "-order_id"], name="orders_newest"),
            models.Index(
                fields=["customer_id", "-created_at", "-order_id"],
                name="orders_of_customer",
            ),
            models.Index(
                fields=["status", "-created_at", "-order_id"], name="orders_of_status"
            ),
            models.Index(
                fields=["-last_updated_at", "-order_id"], name="orders_changed"
            ),
            models.Index(fields=["-total", "-order_id"], name="orders_dearest"),
            models.Index(fields=["order_number"], name="orders_number"),
            models.Index(
                fields=["reference"],
                condition=models.Q(reference__isnull=False),
                name="orders_with_reference",
            ),
            GinIndex(
                fields=["customer_name"],
                opclasses=["gin_trgm_ops"],
                name="orders_customer_name",
            ),
            GinIndex(
                fields=["customer_email"],
                opclasses=["gin_trgm_ops"],
                name="orders_customer_email",
            ),
            GinIndex(
                fields=["items"], opclasses=["jsonb_path_ops"], name="orders_products"
            ),
        ]

    def __str__(self) -> str:
        return self.order_number


class OrderVersion(models.Model):
    """An order as it stood before it moved on: what is asked for by `asOf`."""

    pk = models.CompositePrimaryKey("order_id", "version")
    order_id = models.UUIDField()
    version = models.PositiveIntegerField()
    # From its own event's time up to the next one's.
    validity = DateTimeRangeField()
    item_count = models.PositiveIntegerField()
    total = Money()
    status = models.CharField(max_length=16)
    last_updated_at = models.DateTimeField()
    carrier = models.CharField(max_length=100, null=True)  # noqa: DJ001
    tracking_number = models.CharField(max_length=100, null=True)  # noqa: DJ001

    class Meta:
        verbose_name = "past version of an order"
        verbose_name_plural = "past versions of orders"
        indexes = [GistIndex(fields=["validity"], name="versions_valid_at")]

    def __str__(self) -> str:
        return f"{self.status} v{self.version}"


class OrderHistory(models.Model):
    """Each event of an order as it is shown; it holds no personal data."""

    pk = models.CompositePrimaryKey("order_id", "version")
    order_id = models.UUIDField()
    version = models.PositiveIntegerField()
    position = models.BigIntegerField(unique=True)  # who follows changes goes by it
    type = models.CharField(max_length=64)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    data = models.JSONField()
    customer_id = models.UUIDField()
    status = models.CharField(max_length=16)
    # When the doorbell rang for it (null: the projector was awake), when it got here.
    rung_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "order history"
        indexes = [
            models.Index(
                fields=["order_id", "version"],
                condition=models.Q(type="OrderNoteAdded"),
                name="history_notes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} v{self.version}"


class CustomerTotals(models.Model):
    """One row for each customer, from the day of registration on."""

    customer_id = models.UUIDField(primary_key=True)
    version = models.PositiveIntegerField(default=0)
    order_count = models.PositiveIntegerField(default=0)
    open_orders = models.PositiveIntegerField(default=0)
    # Amounts by currency, as strings, without cancelled orders.
    lifetime = models.JSONField(default=dict)
    first_order_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "customer totals"

    def __str__(self) -> str:
        return f"totals of {self.customer_id}"


class StatusCounts(models.Model):
    """How many orders are in each status."""

    status = models.CharField(max_length=16, primary_key=True)
    orders = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "status counts"

    def __str__(self) -> str:
        return f"{self.orders} {self.status}"


class DailySales(models.Model):
    """What was ordered on a day (UTC); revenue leaves cancelled orders out."""

    pk = models.CompositePrimaryKey("day", "currency")
    day = models.DateField()
    currency = models.CharField(max_length=3)
    orders = models.BigIntegerField()
    cancelled = models.BigIntegerField()
    revenue = Money()

    class Meta:
        verbose_name_plural = "daily sales"

    def __str__(self) -> str:
        return f"{self.day} {self.currency}"


class ProductSales(models.Model):
    """What was sold of a product on a day (UTC), cancelled orders left out."""

    pk = models.CompositePrimaryKey("day", "product_id", "currency")
    day = models.DateField()
    product_id = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    quantity = models.BigIntegerField()
    orders = models.BigIntegerField()
    revenue = Money()

    class Meta:
        verbose_name_plural = "product sales"

    def __str__(self) -> str:
        return f"{self.product_id} on {self.day}"


class ParkedEvent(models.Model):
    """
    An event that a projection could not apply, or one of the same order that waits
    behind it (without an error). The event itself is in the log.
    """

    projection = models.CharField(max_length=32)
    position = models.BigIntegerField()
    stream_id = models.UUIDField("order or customer")
    version = models.PositiveIntegerField()
    type = models.CharField(max_length=64)
    error = models.TextField()
    tries = models.PositiveSmallIntegerField()
    parked_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)

    class Meta:
        permissions = [("decide_parked", "Can retry and skip parked events")]
        constraints = [
            models.UniqueConstraint(
                fields=["projection", "position"], name="parked_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["projection", "stream_id", "position"], name="parked_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} v{self.version} of {self.stream_id}"


class ParkedDecision(models.Model):
    """Who has retried or skipped a parked event, why, and what came of it."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    action = models.CharField(max_length=8)
    reason = models.TextField()
    projection = models.CharField(max_length=32)
    position = models.BigIntegerField()
    stream_id = models.UUIDField("order or customer")
    version = models.PositiveIntegerField()
    # "begun" until it is known: it stays so if the process has died of the event.
    outcome = models.TextField()

    class Meta:
        verbose_name = "decision on a parked event"
        verbose_name_plural = "decisions on parked events"
        indexes = [models.Index(fields=["stream_id", "id"], name="decisions_in_order")]

    def __str__(self) -> str:
        return f"{self.action} v{self.version} of {self.stream_id}"
