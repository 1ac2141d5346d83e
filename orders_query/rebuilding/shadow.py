"""The shadow tables: made as migrations make them, in a schema of their own, with the
privileges and the storage of the live ones; indexes come last, when the rows are in."""

from collections.abc import Callable

from django.db import connections, transaction
from psycopg import sql

from orders_query.databases import PRIMARY
from orders_query.projector import sets


def exists(projection: str, kind: str) -> bool:
    """Tell whether the projection has a set of this kind."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            "select exists (select from orders_query_checkpoint where name = %s)",
            [sets.name_of(projection, kind)],
        )
        return bool(cursor.fetchone()[0])


def begin(projection: str) -> None:
    """Make the empty shadow tables and their checkpoint, or none of them."""
    name = sets.name_of(projection, sets.SHADOW)
    with transaction.atomic(using=PRIMARY):
        make_schema(sets.schema_of(name))
        sets.use(name)
        connection = connections[PRIMARY]
        with connection.schema_editor(atomic=False) as editor:
            for model in sets.TABLES[projection]:
                editor.create_model(model)
            editor.deferred_sql.clear()
        with connection.cursor() as cursor:
            for model in sets.TABLES[projection]:
                _name_alike(model._meta.db_table, sets.schema_of(name))
                _copy_privileges(model._meta.db_table, sets.schema_of(name))
                _copy_storage(model._meta.db_table, sets.schema_of(name))
            cursor.execute(
                "insert into orders_query_checkpoint (name, position, hash)"
                " values (%s, 0, '')",
                [name],
            )


def finish_indexes(projection: str) -> None:
    """Make the indexes that are still missing, one by one."""
    for statement in _deferred(projection):
        with transaction.atomic(using=PRIMARY):
            sets.use(sets.name_of(projection, sets.SHADOW))
            with connections[PRIMARY].cursor() as cursor:
                cursor.execute(statement)


def discard(projection: str, *, also: Callable[[], None] = lambda: None) -> None:
    """Drop an unfinished shadow set, and do something `also` in that transaction."""
    drop_set(sets.name_of(projection, sets.SHADOW), also=also)


def drop_set(name: str, *, also: Callable[[], None] = lambda: None) -> None:
    """Drop a set's tables and its checkpoint, and what was parked in it."""
    with transaction.atomic(using=PRIMARY), connections[PRIMARY].cursor() as cursor:
        cursor.execute("set local lock_timeout = '5s'")
        cursor.execute("delete from orders_query_checkpoint where name = %s", [name])
        cursor.execute(
            "delete from orders_query_parkedevent where projection = %s", [name]
        )
        drop = sql.SQL("drop schema if exists {} cascade")
        cursor.execute(drop.format(sql.Identifier(sets.schema_of(name))))
        also()


def make_schema(schema: str) -> None:
    """Make a schema that everybody may use who may use the live tables'."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            sql.SQL("create schema {}").format(sql.Identifier(schema)),
        )
        cursor.execute(_MAY_USE, [sets.LIVE_SCHEMA])
        for (role,) in cursor.fetchall():
            grant = sql.SQL("grant usage on schema {} to {}")
            cursor.execute(grant.format(sql.Identifier(schema), sql.Identifier(role)))


def _name_alike(table: str, schema: str) -> None:
    """Name constraints as the live ones are, which migrations may have made."""
    rename = sql.SQL("alter table {} rename constraint {} to {}")
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            _OTHER_NAMES, [f"{schema}.{table}", f"{sets.LIVE_SCHEMA}.{table}"]
        )
        for mine, live in cursor.fetchall():
            cursor.execute(
                rename.format(
                    sql.Identifier(schema, table),
                    sql.Identifier(mine),
                    sql.Identifier(live),
                )
            )


def _copy_privileges(table: str, schema: str) -> None:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(_PRIVILEGES, [f"{sets.LIVE_SCHEMA}.{table}"])
        for privilege, role in cursor.fetchall():
            grant = sql.SQL("grant {} on {} to {}")
            cursor.execute(
                grant.format(
                    sql.SQL(privilege),
                    sql.Identifier(schema, table),
                    sql.Identifier(role),
                )
            )


def _copy_storage(table: str, schema: str) -> None:
    """Set the fill factor and what autovacuum goes by, which no model knows."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(_STORAGE, [f"{sets.LIVE_SCHEMA}.{table}"])
        for option, value in cursor.fetchall():
            change = sql.SQL("alter table {} set ({} = {})").format(
                sql.Identifier(schema, table),
                sql.Identifier(option),
                sql.Literal(value),
            )
            cursor.execute(change)


def _deferred(projection: str) -> list[str]:
    """Return the statements that Django would run after all tables are made."""
    with connections[PRIMARY].schema_editor(collect_sql=True) as editor:
        for model in sets.TABLES[projection]:
            editor.create_model(model)
        statements = [str(statement) for statement in editor.deferred_sql]
        editor.deferred_sql.clear()
    for statement in statements:
        assert statement.startswith("CREATE INDEX "), statement
    once = "CREATE INDEX IF NOT EXISTS"
    return [statement.replace("CREATE INDEX", once, 1) for statement in statements]


_MAY_USE = """
select r.rolname from pg_namespace n, aclexplode(n.nspacl) a
join pg_roles r on r.oid = a.grantee
where n.nspname = %s and a.privilege_type = 'USAGE'
"""
_OTHER_NAMES = """
select mine.conname, live.conname from pg_constraint mine join pg_constraint live
  on pg_get_constraintdef(live.oid) = pg_get_constraintdef(mine.oid)
where mine.conrelid = %s::regclass and live.conrelid = %s::regclass
  and mine.conname <> live.conname
"""
_STORAGE = """
select o.option_name, o.option_value
from pg_class c, pg_options_to_table(c.reloptions) o where c.oid = %s::regclass
"""
_PRIVILEGES = """
select a.privilege_type, r.rolname from pg_class c, aclexplode(c.relacl) a
join pg_roles r on r.oid = a.grantee
where c.oid = %s::regclass and a.grantee <> c.relowner
"""
