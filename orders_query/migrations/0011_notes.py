"""The notes of an order are found without its other events; nobody is held up."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# What waits is the building of an index, for old transactions; nobody waits for that.
MAY_WAIT = "set lock_timeout = 0"
AS_BEFORE = "reset lock_timeout"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders_query", "0010_no_shipments_of_the_erased")]

    operations = [
        migrations.RunSQL(MAY_WAIT, AS_BEFORE),
        AddIndexConcurrently(
            model_name="orderhistory",
            index=models.Index(
                fields=["order_id", "version"],
                condition=models.Q(type="OrderNoteAdded"),
                name="history_notes",
            ),
        ),
        migrations.RunSQL(AS_BEFORE, MAY_WAIT),
    ]
