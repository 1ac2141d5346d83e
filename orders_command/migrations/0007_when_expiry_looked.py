"""When one has looked at orders last, to cancel those that are pending for too long."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("orders_command", "0006_expiry_mark")]

    operations = [
        migrations.AddField(
            model_name="expirymark",
            name="looked_at",
            field=models.DateTimeField(db_default=Now()),
        ),
    ]
