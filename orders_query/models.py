"""The read tables: what has been decided, laid out the way it is asked for."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
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
    recorded_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"


class OrderReadModel(models.Model):
    """One row for each order, ready to show. No foreign keys lead out of here."""

    order_id = models.UUIDField(primary_key=True)
    order_number = models.CharField(max_length=16, db_index=True)
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
            models.Index(fields=["reference"], name="orders_reference"),
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


class OrderHistory(models.Model):
    """Each event of an order as it is shown; it holds no personal data."""

    pk = models.CompositePrimaryKey("order_id", "version")
    order_id = models.UUIDField()
    version = models.PositiveIntegerField()
    position = models.BigIntegerField()
    type = models.CharField(max_length=64)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    data = models.JSONField()

    class Meta:
        verbose_name_plural = "order history"

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
