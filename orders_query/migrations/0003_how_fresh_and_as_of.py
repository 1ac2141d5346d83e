"""Past versions, sales, counts and sightings; the read side is built anew from the log.

Rows that were applied before lack what the new columns need, and the log has it all:
so the read tables are emptied, and the projector fills them again from position 0.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
from django.db import migrations, models

import orders_query.models

DERIVED = (
    "orders_query_orderreadmodel, orders_query_orderhistory,"
    " orders_query_customertotals"
)
EMPTY = f"truncate {DERIVED}; delete from orders_query_checkpoint;"  # noqa: S608
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # no row is left to get it


def start_over(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.alias == "query":
        checkpoint = apps.get_model("orders_query", "Checkpoint")
        for name in ("orders", "sales"):
            checkpoint.objects.using("query").create(name=name)


class Migration(migrations.Migration):
    dependencies = [("orders_query", "0002_first_checkpoint")]

    operations = [
        migrations.RunSQL(EMPTY, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="checkpoint", name="recorded_at"),
        migrations.AddField(
            model_name="checkpoint",
            name="fresh_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="orderhistory",
            name="customer_id",
            field=models.UUIDField(default=uuid.UUID(int=0)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="orderhistory",
            name="status",
            field=models.CharField(default="", max_length=16),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="orderhistory",
            name="rung_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="orderhistory",
            name="applied_at",
            field=models.DateTimeField(default=NEVER),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="orderhistory",
            name="position",
            field=models.BigIntegerField(unique=True),
        ),
        migrations.CreateModel(
            name="OrderVersion",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "order_id",
                        "version",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("order_id", models.UUIDField()),
                ("version", models.PositiveIntegerField()),
                (
                    "validity",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                ),
                ("item_count", models.PositiveIntegerField()),
                ("total", orders_query.models.Money()),
                ("status", models.CharField(max_length=16)),
                ("last_updated_at", models.DateTimeField()),
                ("carrier", models.CharField(max_length=100, null=True)),
                ("tracking_number", models.CharField(max_length=100, null=True)),
            ],
            options={
                "verbose_name": "past version of an order",
                "verbose_name_plural": "past versions of orders",
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["validity"], name="versions_valid_at"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StatusCounts",
            fields=[
                (
                    "status",
                    models.CharField(max_length=16, primary_key=True, serialize=False),
                ),
                ("orders", models.BigIntegerField(default=0)),
            ],
            options={"verbose_name_plural": "status counts"},
        ),
        migrations.CreateModel(
            name="DailySales",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("orders", models.BigIntegerField()),
                ("cancelled", models.BigIntegerField()),
                ("revenue", orders_query.models.Money()),
            ],
            options={"verbose_name_plural": "daily sales"},
        ),
        migrations.CreateModel(
            name="ProductSales",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "product_id",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("product_id", models.CharField(max_length=64)),
                ("currency", models.CharField(max_length=3)),
                ("quantity", models.BigIntegerField()),
                ("orders", models.BigIntegerField()),
                ("revenue", orders_query.models.Money()),
            ],
            options={"verbose_name_plural": "product sales"},
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "replica",
                        "position",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("replica", models.CharField(max_length=32)),
                ("position", models.BigIntegerField()),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.RunPython(start_over, migrations.RunPython.noop),
    ]
