"""A token may be limited to a customer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0002_sign_in_tries")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="customer_id",
            field=models.UUIDField(
                blank=True,
                help_text="Empty: no limit but what the user may.",
                null=True,
                verbose_name="only of customer",
            ),
        ),
    ]
