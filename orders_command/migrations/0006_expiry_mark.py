"""How far one has looked at orders, to cancel those that are pending for too long."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders_command", "0005_keys_as_digests")]

    operations = [
        migrations.CreateModel(
            name="ExpiryMark",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(primary_key=True, serialize=False),
                ),
                ("placed_up_to", models.DateTimeField()),
            ],
        ),
    ]
