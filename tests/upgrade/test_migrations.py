"""Migrations only add: code of the release before works on the tables they make."""

import pytest
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from config.local.application import ROOT

pytestmark = pytest.mark.no_services
OURS = ("access", "customers", "orders_command", "orders_query")
# Up to these, releases were not upgraded side by side.
BEFORE = {
    "access": "0003_token_of_a_customer",
    "customers": "0002_erasures_tell_what_they_touched",
    "orders_command": "0005_keys_as_digests",
    "orders_query": "0010_no_shipments_of_the_erased",
}
TAKE_AWAY = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterField,
    migrations.AlterModelTable,
)
MARK = (
    "CONTRACTS"  # of a migration's class: why nobody needs any more what it takes away
)


def later():
    """Return the migrations that came after the rule."""
    on_disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {
        f"{app}.{name}": migration
        for (app, name), migration in on_disk.items()
        if app in OURS and name > BEFORE[app]
    }


def wrong_in(migration):
    """Return what would break code that does not know this migration."""
    made = {
        operation.name_lower
        for operation in migration.operations
        if isinstance(operation, migrations.CreateModel)
    }
    for operation in migration.operations:
        if getattr(operation, "model_name_lower", "") in made:
            continue  # nobody knows that table yet
        if isinstance(operation, TAKE_AWAY):
            yield operation.describe()
        elif isinstance(operation, migrations.AddField) and not (
            operation.field.null
            or operation.field.db_default is not NOT_PROVIDED
            or operation.field.many_to_many
        ):
            yield f"{operation.describe()}: neither null nor db_default"
        elif isinstance(operation, migrations.RunSQL) and " drop column " in (
            f"{operation.sql}".lower()
        ):
            yield operation.describe()


def test_each_migration_only_adds_or_says_why_it_may_take_away():
    found = {
        name: wrong
        for name, migration in later().items()
        if (wrong := list(wrong_in(migration))) and not getattr(migration, MARK, "")
    }

    assert found == {}


def test_the_rule_begins_with_migrations_that_are_there():
    for app, name in BEFORE.items():
        places = (ROOT / app, ROOT / "config" / app)
        assert any((place / f"migrations/{name}.py").exists() for place in places)
