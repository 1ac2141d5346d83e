"""Positions are never issued twice: a server that was promoted starts far above."""

import django.db.models.functions.datetime
from django.db import migrations, models

# The table's own number of the server's history: it changes with each promotion and
# with each restore to a point in time. The control file is late to tell after a
# promotion; the name of the file that is written now is not.
TIMELINE = """
create function orders_command_timeline() returns text
language sql stable set search_path = pg_catalog as $$
    select left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
$$;
"""

# What was acknowledged by a server that is lost may be missing here, and its numbers
# must not be given to other events.
BEGIN = """
create function orders_command_begin_epoch(why text, above bigint) returns bigint
language plpgsql set search_path = public, pg_catalog as $$
declare
    latest bigint;
begin
    lock table orders_command_epoch in share row exclusive mode;
    select greatest(s.last_value, orders_command_begin_epoch.above) + 1000000 into latest
    from orders_command_event_position_seq s;
    perform setval('orders_command_event_position_seq', latest);
    insert into orders_command_epoch (timeline, above, why)
    values (orders_command_timeline(), latest, orders_command_begin_epoch.why);
    return latest;
end $$;
revoke all on function orders_command_begin_epoch(text, bigint) from public;
"""

# The owner's right to set the sequence is lent to writers for this alone.
PROMOTED = """
create function orders_command_is_promoted() returns boolean
language sql stable set search_path = public, pg_catalog as $$
    select orders_command_timeline() is distinct from (
        select timeline from orders_command_epoch order by id desc limit 1)
$$;

create function orders_command_follow_promotion() returns void
language plpgsql security definer set search_path = public, pg_catalog as $$
begin
    lock table orders_command_epoch in share row exclusive mode;
    if orders_command_is_promoted() then  -- else another writer was first
        perform orders_command_begin_epoch('promoted', 0);
    end if;
end $$;
"""

# Before the statement: no number is drawn yet, so the first one is already above.
GUARD = """
create function orders_command_know_the_epoch() returns trigger
language plpgsql set search_path = public, pg_catalog as $$
begin
    if orders_command_is_promoted() then
        perform orders_command_follow_promotion();
    end if;
    return null;
end $$;

create trigger event_in_its_epoch before insert on orders_command_event
for each statement execute function orders_command_know_the_epoch();
"""

FIRST = """
insert into orders_command_epoch (timeline, above, why)
select orders_command_timeline(), 0, 'first';
"""


class Migration(migrations.Migration):
    dependencies = [("orders_command", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("timeline", models.CharField(max_length=8)),
                ("above", models.BigIntegerField()),
                ("why", models.CharField(max_length=16)),
                (
                    "began_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
            ],
        ),
        migrations.RunSQL(TIMELINE, "drop function orders_command_timeline()"),
        migrations.RunSQL(
            BEGIN, "drop function orders_command_begin_epoch(text, bigint)"
        ),
        migrations.RunSQL(
            PROMOTED,
            """
            drop function orders_command_follow_promotion();
            drop function orders_command_is_promoted();
            """,
        ),
        migrations.RunSQL(
            GUARD,
            """
            drop trigger event_in_its_epoch on orders_command_event;
            drop function orders_command_know_the_epoch();
            """,
        ),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
    ]
