"""Outgoing webhooks: who receives them, and what is to be sent to whom."""

from django.db import models
from django.db.models import Q


class DeliveryState(models.TextChoices):
    """How far a delivery has come; behind the first two an order's others wait."""

    PENDING = "pending", "Pending"
    PARKED = "parked", "Parked"
    SENT = "sent", "Sent"
    SKIPPED = "skipped", "Skipped"


UNFINISHED = ("pending", "parked")
STATES = tuple(DeliveryState.values)


class WebhookEndpoint(models.Model):
    """
    A receiver of webhooks.

    What is at or below `starts_after` in the log was before its time. Without a
    `cursor` the projection gives it each event as it comes; with one it has been given
    all up to there, and the sender brings it on from the log. Its secret is nowhere:
    it is worked out from the salt and the SECRET_KEY.
    """

    name = models.SlugField(
        max_length=64, unique=True, help_text="Letters, digits, - and _."
    )
    url = models.CharField("URL", max_length=500)
    types = models.JSONField("event types", default=list, blank=True)  # empty is all
    enabled = models.BooleanField(default=True)
    disabled_because = models.CharField(max_length=16, default="", blank=True)
    created_at = models.DateTimeField()
    starts_after = models.BigIntegerField()
    cursor = models.BigIntegerField(null=True)
    salt = models.BinaryField(max_length=32)
    salted_at = models.DateTimeField("secret made at")
    old_salt = models.BinaryField(max_length=32, null=True)
    old_until = models.DateTimeField("old secret signs until", null=True)
    failing_since = models.DateTimeField(null=True)
    last_failed_at = models.DateTimeField(null=True)  # an hour more or less
    resting_until = models.DateTimeField(null=True)  # it has asked for that

    class Meta:
        verbose_name = "webhook endpoint"

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """An event that is to be sent, by its place in the log: none of its words."""

    # No constraint: an endpoint goes without waiting for what was to be sent to it.
    endpoint = models.ForeignKey(
        WebhookEndpoint,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    position = models.BigIntegerField()
    order_id = models.UUIDField("order")
    version = models.PositiveIntegerField()
    type = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=DeliveryState, default="pending")
    tries = models.PositiveSmallIntegerField(default=0)
    # When to look at it again. Whether it is its turn is decided by its order.
    due_at = models.DateTimeField()
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=64, default="", blank=True)  # constant words
    waiting_since = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        permissions = [("decide_webhooks", "Can redeliver, replay and skip webhooks")]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "position"], name="webhook_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=STATES), name="known_state_of_webhook"
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at"],
                condition=Q(state="pending"),
                name="webhooks_due",
            ),
            models.Index(
                fields=["endpoint", "order_id", "position"],
                condition=Q(state__in=UNFINISHED),
                name="webhooks_in_order",
            ),
            models.Index(
                fields=["endpoint", "state", "position"],
                condition=Q(state__in=UNFINISHED),
                name="webhooks_unfinished",
            ),
            models.Index(
                fields=["settled_at"],
                condition=Q(settled_at__isnull=False),
                name="webhooks_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} v{self.version} of {self.order_id}"


class WebhookSender(models.Model):
    """The processes that send: one row, which each of them keeps young."""

    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = "process that sends webhooks"
        verbose_name_plural = "processes that send webhooks"

    def __str__(self) -> str:
        return f"seen at {self.seen_at}"
