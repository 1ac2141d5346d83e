"""The plan and the time of every question, with a million orders in the read tables."""

import argparse
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import psutil
from django.db import connections

from bench.filling import fill
from bench.servers import filled_servers
from config import deadlines

HERE = Path(__file__).parent
SLOW_MS = 50


def main(arguments: list[str]) -> None:
    """Fill, ask, and leave the table and the plans beside this file."""
    wish = _wish(arguments)
    with filled_servers(wish.data, lambda c: fill(c, wish.orders)) as servers:
        _open_product()
        # What it imports needs the settings.
        from bench.explaining import explained  # noqa: PLC0415
        from bench.questions import known, questions  # noqa: PLC0415

        with servers.replica.connect("query") as connection:
            asked = known(connection)
        rows, texts = [], []
        for name, ask in questions(asked):
            if wish.only not in name:
                continue
            plan = explained(name, ask)
            rows.append(_row(plan))
            texts.append(f"## {name}\n\n{plan.text}\n")
            print(rows[-1], flush=True)
        connections.close_all()
    if wish.only:
        print("\n".join(texts))
    else:
        _leave(rows, texts, wish.orders)


def _wish(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench plans")
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="questions with this in their name")
    parser.add_argument("--data", help="a folder that keeps the filled servers")
    return parser.parse_args(arguments)


def _open_product() -> None:
    """Set the product up in this process; a slow plan shall be seen to its end."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    replica = connections.settings["replica_1"]
    replica[deadlines.SETTING] = None
    replica["OPTIONS"]["options"] += " -c statement_timeout=0"


def _row(plan: Any) -> str:
    notes = [f"reads all of {_short(table)}" for table in plan.scans]
    if plan.ms > SLOW_MS:
        notes.append(f"over {SLOW_MS} ms")
    cells = (
        plan.question,
        f"{plan.ms:.1f}",
        f"{plan.buffers:,}",
        ", ".join(map(_short, plan.indexes)),
        f"{plan.removed:,}",
        f"{plan.sorted_rows:,}",
        "**" + ", ".join(notes) + "**" if notes else "",
    )
    return f"| {' | '.join(cells)} |"


def _short(name: str) -> str:
    return name.removeprefix("orders_query_")


def _leave(rows: list[str], texts: list[str], orders: int) -> None:
    title = _TITLE.format(
        orders=orders, slow=SLOW_MS, commit=_commit(), machine=_machine()
    )
    (HERE / "plans.md").write_text(title + "\n".join(rows) + "\n")
    (HERE / "plans.txt").write_text("\n".join(texts))


def _commit() -> str:
    git = ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"]
    return subprocess.run(
        git, capture_output=True, text=True, check=True
    ).stdout.strip()


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    today = datetime.now(tz=UTC).date()
    return f"{psutil.cpu_count()} cores, {memory:.0f} GB, {today}"


_TITLE = """\
# The plan of every question

`make bench ARGS=plans` wrote this, with {orders:,} orders of 50,000 customers in the
read tables, from the replica. Commit {commit}, {machine}. *ms* is the median of five
warm runs, planning and answer included; *buffers* are pages of 8 kB that were touched;
*thrown away* are rows that were read and not wanted; *sorted* are the rows that the
largest sort was given. In **bold**: over {slow} ms, or a table of many rows read from
end to end. The run leaves the plans themselves in `bench/plans.txt`.

| question | ms | buffers | indexes | thrown away | sorted | |
| --- | --: | --: | --- | --: | --: | --- |
"""
