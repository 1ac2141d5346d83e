"""What a team would write instead of a projector: a task for each command, one upsert.

The command's transaction is committed, then the task is published to the same Valkey;
a worker with one process, as the product's has, keeps its connection and upserts.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from celery import Celery

BROKER, DATABASE = "BENCH_BROKER_URL", "BENCH_DATABASE_URL"
TABLES = """
create table bench_task (n bigint primary key, status text not null,
    total numeric not null, customer_id uuid not null, at timestamptz not null);
create index on bench_task (customer_id, at desc);
grant select on bench_task to public;
insert into bench_task values (0, '', 0, gen_random_uuid(), now())
"""

app = Celery("bench", broker=os.environ.get(BROKER))
app.conf.update(
    task_default_queue="bench",
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
)
_connections: dict[int, psycopg.Connection] = {}


@app.task
def upsert(n: int) -> None:
    """Write one row, in a transaction of its own."""
    process = os.getpid()
    if process not in _connections:
        _connections[process] = psycopg.connect(os.environ[DATABASE], autocommit=True)
    _connections[process].execute(_UPSERT, [n])


@contextmanager
def worker(*, broker: str, database: str) -> Iterator[None]:
    """Run the worker, and let this process publish to it."""
    app.conf.update(broker_url=broker)
    celery = [sys.executable, "-m", "celery", "--quiet", f"--app={__name__}", "worker"]
    options = ["--concurrency=1", "--without-gossip", "--without-mingle"]
    process = subprocess.Popen(
        [*celery, "--loglevel=ERROR", *options],
        env={**os.environ, BROKER: broker, DATABASE: database},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


_UPSERT = """
insert into bench_task values (%s, 'PENDING', 9.90, gen_random_uuid(), now())
on conflict (n) do update set status = excluded.status, total = excluded.total
"""
