"""Outgoing webhooks, and the checkpoint of their projection."""

import django.db.models.deletion
from django.db import migrations, models

# The colon hides it from releases that do not know it, whose workers leave it behind.
# Nobody receives webhooks yet, so nothing of the past is left out: who comes later may
# ask for it from any position on.
START = """
insert into orders_query_checkpoint (name, position, hash, fresh_at, moved_at)
select 'webhooks:live', position, hash, fresh_at, moved_at
from orders_query_checkpoint where name = 'orders'
"""
STOP = "delete from orders_query_checkpoint where name = 'webhooks:live'"


class Migration(migrations.Migration):
    dependencies = [
        ("orders_query", "0011_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.SlugField(
                        help_text="Letters, digits, - and _.",
                        max_length=64,
                        unique=True,
                    ),
                ),
                ("url", models.CharField(max_length=500, verbose_name="URL")),
                (
                    "types",
                    models.JSONField(
                        blank=True, default=list, verbose_name="event types"
                    ),
                ),
                ("enabled", models.BooleanField(default=True)),
                (
                    "disabled_because",
                    models.CharField(blank=True, default="", max_length=16),
                ),
                ("created_at", models.DateTimeField()),
                ("starts_after", models.BigIntegerField()),
                ("cursor", models.BigIntegerField(null=True)),
                ("salt", models.BinaryField(max_length=32)),
                ("salted_at", models.DateTimeField(verbose_name="secret made at")),
                ("old_salt", models.BinaryField(max_length=32, null=True)),
                (
                    "old_until",
                    models.DateTimeField(
                        null=True, verbose_name="old secret signs until"
                    ),
                ),
                ("failing_since", models.DateTimeField(null=True)),
                ("resting_until", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "webhook endpoint",
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("position", models.BigIntegerField()),
                ("order_id", models.UUIDField(verbose_name="order")),
                ("version", models.PositiveIntegerField()),
                ("type", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("parked", "Parked"),
                            ("sent", "Sent"),
                            ("skipped", "Skipped"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("claim", models.UUIDField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, default="", max_length=64)),
                ("waiting_since", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="orders_query.webhookendpoint",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook delivery",
                "verbose_name_plural": "webhook deliveries",
                "permissions": [
                    ("decide_webhooks", "Can redeliver, replay and skip webhooks")
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["endpoint", "due_at"],
                        name="webhooks_due",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("pending", "parked"))),
                        fields=["endpoint", "order_id", "position"],
                        name="webhooks_in_order",
                    ),
                    models.Index(
                        condition=models.Q(("settled_at__isnull", False)),
                        fields=["settled_at"],
                        name="webhooks_settled",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("endpoint", "position"), name="webhook_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("pending", "parked", "sent", "skipped"))
                        ),
                        name="known_state_of_webhook",
                    ),
                ],
            },
        ),
        migrations.RunSQL(START, STOP),
    ]
