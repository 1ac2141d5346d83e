"""One index on order numbers instead of two, and none on references that are missing.

Every index of an order's row is written with each change of its status. Nothing here
holds up readers or writers.
"""

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db import migrations, models

MAY_WAIT = "set lock_timeout = 0"
AS_BEFORE = "reset lock_timeout"
ROWS = "orders_query_orderreadmodel"
BOTH = [
    f"drop index concurrently if exists {ROWS}_order_number_08f01298",
    f"drop index concurrently if exists {ROWS}_order_number_08f01298_like",
]
BOTH_AGAIN = [
    f"create index {ROWS}_order_number_08f01298 on {ROWS} (order_number)",
    f"create index {ROWS}_order_number_08f01298_like on {ROWS} (order_number varchar_pattern_ops)",
]
# Rows that are only added: a page that is full is frozen when it is first seen.
FREEZE = """
alter table {} set (
  autovacuum_vacuum_insert_threshold = 100000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_freeze_min_age = 0)
"""
THAW = """
alter table {} reset (
  autovacuum_vacuum_insert_threshold, autovacuum_vacuum_insert_scale_factor,
  autovacuum_freeze_min_age)
"""
# Rows that are added to again and again, of which a page holds many: with room beside
# them a new version needs no new entry in the index (docs/reference/indexes.md).
ROOM = "alter table {} set (fillfactor = 80)"
NO_ROOM = "alter table {} reset (fillfactor)"
REWRITTEN = ("orders_query_customertotals", "orders_query_productsales")
ADDED_TO = ("orders_query_orderhistory", "orders_query_orderversion")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders_query", "0006_halted")]

    operations = [
        migrations.RunSQL(MAY_WAIT, AS_BEFORE),
        AddIndexConcurrently(
            model_name="orderreadmodel",
            index=models.Index(fields=["order_number"], name="orders_number"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(BOTH, BOTH_AGAIN)],
            state_operations=[
                migrations.AlterField(
                    model_name="orderreadmodel",
                    name="order_number",
                    field=models.CharField(max_length=16),
                )
            ],
        ),
        AddIndexConcurrently(
            model_name="orderreadmodel",
            index=models.Index(
                fields=["reference"],
                condition=models.Q(reference__isnull=False),
                name="orders_with_reference",
            ),
        ),
        RemoveIndexConcurrently(model_name="orderreadmodel", name="orders_reference"),
        migrations.RunSQL(AS_BEFORE, MAY_WAIT),
        *(
            migrations.RunSQL(FREEZE.format(table), THAW.format(table))
            for table in ADDED_TO
        ),
        *(
            migrations.RunSQL(ROOM.format(table), NO_ROOM.format(table))
            for table in REWRITTEN
        ),
    ]
