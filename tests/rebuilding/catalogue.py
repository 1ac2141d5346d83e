"""What the database has of the live tables: names, indexes, constraints, rights."""


def catalogue(owner):
    """Return all that the database knows of the read tables, by name."""
    return {row for question in CATALOGUE for row in owner.execute(question).fetchall()}


CATALOGUE = (
    """select table_name, column_name, data_type, is_nullable, column_default
       from information_schema.columns where table_schema = 'public'""",
    """select tablename, indexname, indexdef from pg_indexes
       where schemaname = 'public'""",
    """select conrelid::regclass::text, conname, pg_get_constraintdef(oid)
       from pg_constraint where connamespace = 'public'::regnamespace""",
    """select c.relname, r.rolname, a.privilege_type
       from pg_class c, aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
       where c.relnamespace = 'public'::regnamespace""",
    """select relname, unnest(reloptions)
       from pg_class where relnamespace = 'public'::regnamespace""",
)
