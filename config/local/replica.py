"""The streaming replica: made from the primary, made again when it cannot follow."""

import shutil
import struct
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from config.local.files import make_folder
from config.local.ports import HOST
from config.local.postgres import REPLICATION, Server, configure, serve
from config.local.processes import Command, run


def prepare(replica: Server, primary: Server) -> Command:
    """Return the command that serves the replica, rebuilt if it has to be."""
    make_folder(replica.folder.parent, owner=replica.account)
    if not _can_follow(replica, primary):
        _rebuild(replica, primary)
    target = {
        "host": HOST,
        "port": str(primary.port),
        "user": REPLICATION,
        "password": primary.passwords[REPLICATION],
        "application_name": replica.slot,
        "connect_timeout": "2",
    }
    # What was set while it ran, a delay say, ends with it; and what pg_basebackup wrote
    # there names a port that changes with each start.
    (replica.folder / "postgresql.auto.conf").write_text("")
    conninfo = psycopg.conninfo.make_conninfo(**target)
    configure(
        replica, {"primary_conninfo": conninfo, "primary_slot_name": replica.slot}
    )
    return serve(replica)


def follows(replica: Server, primary: Server) -> bool:
    """Say whether the replica serves reads and the primary streams to it."""
    if not replica.answers():
        return False
    return bool(
        _one(
            primary,
            "SELECT state = 'streaming' FROM pg_stat_replication"
            " WHERE application_name = %s",
            replica.slot,
        )
    )


def slot_is_lost(replica: Server, primary: Server) -> bool:
    """Say whether the replica has been away for longer than the slot allows."""
    try:
        return not _slot_holds(replica, primary)
    except psycopg.Error:
        return False  # with the primary away nothing can be said, or done


def delay(replica: Server, seconds: float) -> None:
    """Let the replica replay each commit so many seconds late; 0 for at once."""
    milliseconds = round(seconds * 1000)
    with replica.connect() as connection:
        connection.execute(
            sql.SQL("ALTER SYSTEM SET recovery_min_apply_delay = {}").format(
                sql.Literal(f"{milliseconds}ms")
            )
        )
        connection.execute("SELECT pg_reload_conf()")


def forget(replica: Server) -> None:
    """Drop the replica's data, so that it is made from the primary again."""
    shutil.rmtree(replica.folder, ignore_errors=True)


def _can_follow(replica: Server, primary: Server) -> bool:
    """Compare the cluster's identity and ask whether its WAL has been kept."""
    if not (replica.folder / "standby.signal").exists():
        return False
    same = _system_identifier(replica) == _system_identifier(primary)
    return same and _slot_holds(replica, primary)


def _slot_holds(replica: Server, primary: Server) -> bool:
    return bool(
        _one(
            primary,
            "SELECT invalidation_reason IS NULL AND wal_status <> 'lost'"
            " FROM pg_replication_slots WHERE slot_name = %s",
            replica.slot,
        )
    )


def _rebuild(replica: Server, primary: Server) -> None:
    """Copy the primary beside the replica's place, holding the WAL in a new slot."""
    fresh = replica.folder.with_name(f"{replica.folder.name}.new")
    for folder in (fresh, replica.folder):
        shutil.rmtree(folder, ignore_errors=True)
    _one(
        primary,
        "SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots"
        " WHERE slot_name = %s AND NOT active",
        replica.slot,
    )
    # Before the copy begins: what it needs could be gone before it has a slot, when
    # another copy's checkpoint comes in between.
    _one(primary, "SELECT pg_create_physical_replication_slot(%s, true)", replica.slot)
    run(_copying(primary, replica, fresh))
    fresh.rename(replica.folder)


def _copying(primary: Server, replica: Server, fresh: Path) -> Command:
    return replica.tool(
        "pg_basebackup",
        f"--pgdata={fresh}",
        f"--host={HOST}",
        f"--port={primary.port}",
        f"--username={REPLICATION}",
        "--no-password",
        f"--slot={replica.slot}",
        "--wal-method=stream",
        "--checkpoint=fast",
        "--write-recovery-conf",
        *(["--no-sync"] if replica.settings.get("fsync") == "off" else []),
        PGPASSWORD=primary.passwords[REPLICATION],
    )


def _system_identifier(server: Server) -> int:
    content = (server.folder / "global" / "pg_control").read_bytes()
    identifier: int = struct.unpack_from("=Q", content)[0]
    return identifier


def _one(server: Server, question: str, *values: str) -> object:
    with server.connect() as connection, connection.cursor(row_factory=tuple_row) as c:
        row = c.execute(question, values).fetchone()
    return row[0] if row else None
