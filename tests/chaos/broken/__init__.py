"""Builds that are broken on purpose, each found out by its checker; they live here."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.system import System


@dataclass(frozen=True, kw_only=True)
class Build:
    """
    One broken build: its settings module here, and who must complain about it.

    `prepare` breaks what the database keeps, and `arm` sets a fault that brings the
    defect to light; the `harms` give it time.
    """

    name: str
    module: str
    found_by: str
    harms: tuple[str, ...] = ("freeze a replica", "kill a web process")
    prepare: Callable[[System], None] = lambda _: None
    arm: Callable[[System], None] = lambda _: None


def _drop_constraint(system: System) -> None:
    with system.servers.primary.connect("command") as connection:
        connection.execute(
            "alter table orders_command_event"
            " drop constraint event_once_per_order_version"
        )


def _kill_between(system: System) -> None:
    for projection in ("orders", "sales"):
        system.arm(f"projection.before_commit@{projection}", "kill")


BUILDS = (
    Build(
        name="no unique constraint and no guard on the version",
        module="unguarded",
        found_by="versions without gap",
        prepare=_drop_constraint,
    ),
    Build(
        name="acknowledges before it commits",
        module="early",
        found_by="acknowledged once",
    ),
    Build(
        name="a feed that passes holes",
        module="naive",
        found_by="same as the log",
    ),
    Build(
        name="checkpoint in another transaction than the rows",
        module="apart",
        found_by="verify",
        arm=_kill_between,
    ),
)
