"""The log's index on customers holds their events alone, and its pages freeze early.

Nothing here holds up writers for longer than it takes to change a name.
"""

from django.db import migrations, models
from django.db.models import Q

NAME = "event_once_per_customer_version"

# What waits is the building of an index, for old transactions; nobody waits for that.
MAY_WAIT = "set lock_timeout = 0"
AS_BEFORE = "reset lock_timeout"

ANEW = [
    f"drop index concurrently if exists {NAME}_new",  # of a run that failed
    f"""
    create unique index concurrently {NAME}_new
    on orders_command_event (customer_id, version) where customer_id is not null
    """,
]
CHANGE = f"""
begin;
alter table orders_command_event drop constraint {NAME};
alter index {NAME}_new rename to {NAME};
commit;
"""
BACK = [
    f"create unique index concurrently {NAME}_new on orders_command_event (customer_id, version)",
    f"""
    begin;
    drop index {NAME};
    alter index {NAME}_new rename to {NAME};
    alter table orders_command_event add constraint {NAME} unique using index {NAME};
    commit;
    """,
]

# A page that is full never changes: it is frozen when it is seen for the first time.
# By share of the table that would be at every two millionth event of ten millions.
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
ADDED_TO = ("orders_command_event", "orders_command_orderitem")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders_command", "0003_epochs")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(MAY_WAIT, AS_BEFORE),
                migrations.RunSQL(ANEW, migrations.RunSQL.noop),
                migrations.RunSQL(AS_BEFORE, MAY_WAIT),
                migrations.RunSQL(CHANGE, BACK),
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="event", name=NAME),
                migrations.AddConstraint(
                    model_name="event",
                    constraint=models.UniqueConstraint(
                        fields=("customer", "version"),
                        condition=Q(customer__isnull=False),
                        name=NAME,
                    ),
                ),
            ],
        ),
        *(
            migrations.RunSQL(FREEZE.format(table), THAW.format(table))
            for table in ADDED_TO
        ),
    ]
