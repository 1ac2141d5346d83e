"""Each projection starts before the first event."""

from typing import Any

from django.db import migrations


def start(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.alias == "query":
        checkpoint = apps.get_model("orders_query", "Checkpoint")
        checkpoint.objects.using("query").create(name="orders")


class Migration(migrations.Migration):
    dependencies = [("orders_query", "0001_initial")]

    operations = [migrations.RunPython(start, migrations.RunPython.noop)]
