"""What administrators ask to be rebuilt; who is not the owner may ask, and take it back."""

from django.db import migrations, models

TABLE = "orders_query_rebuildrequest"
# Whoever owns the table carries requests out, and is held to none of this.
GUARD = f"""
alter table {TABLE} enable row level security;
create policy seen on {TABLE} for select using (true);
create policy asked on {TABLE} for insert
    with check (state = 'asked' and begun_at is null);
create policy taken_back on {TABLE} for update
    using (state = 'asked') with check (state = 'cancelled' and begun_at is null);
"""
UNGUARD = f"""
drop policy taken_back on {TABLE};
drop policy asked on {TABLE};
drop policy seen on {TABLE};
alter table {TABLE} disable row level security;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders_query", "0008_lag_samples"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rebuilder",
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
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "process that rebuilds",
            },
        ),
        migrations.CreateModel(
            name="RebuildRequest",
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
                ("projection", models.CharField(max_length=32)),
                ("action", models.CharField(max_length=16)),
                ("accepts_differences", models.BooleanField(default=False)),
                ("asked_by", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
                ("begun_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("state", models.CharField(default="asked", max_length=16)),
                ("phase", models.CharField(blank=True, default="", max_length=32)),
                ("position", models.BigIntegerField(default=0)),
                ("head", models.BigIntegerField(default=0)),
                ("events", models.BigIntegerField(default=0)),
                ("rate", models.FloatField(default=0)),
                ("outcome", models.TextField(blank=True, default="")),
                ("findings", models.JSONField(default=list)),
            ],
            options={
                "permissions": [("ask_for_rebuilds", "Can have read tables rebuilt")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("asked", "running"))),
                        fields=("projection",),
                        name="one_open_rebuild",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ("asked", "running", "done", "failed", "cancelled"),
                            )
                        ),
                        name="known_state_of_rebuild",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "action__in",
                                ("rebuild", "rollback", "drop_previous", "discard"),
                            )
                        ),
                        name="known_action_of_rebuild",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
