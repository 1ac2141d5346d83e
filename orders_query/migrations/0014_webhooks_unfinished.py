"""What waits for an endpoint is counted as far as need be; when it has failed last."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# What waits is the building of an index, for old transactions; nobody waits for that.
MAY_WAIT = "set lock_timeout = 0"
AS_BEFORE = "reset lock_timeout"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders_query", "0013_webhook_sender")]

    operations = [
        migrations.AddField(
            model_name="webhookendpoint",
            name="last_failed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(MAY_WAIT, AS_BEFORE),
        AddIndexConcurrently(
            model_name="webhookdelivery",
            index=models.Index(
                fields=["endpoint", "state", "position"],
                condition=models.Q(state__in=("pending", "parked")),
                name="webhooks_unfinished",
            ),
        ),
        migrations.RunSQL(AS_BEFORE, MAY_WAIT),
    ]
