"""What takes too long is ended by its server, and answered as trouble that passes."""

import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import psycopg
import pytest
from django.db import Error, connections, transaction

from config import problems, timeouts
from config.local import application
from config.local.addresses import OWNER_URLS
from orders_query import verification
from tests.orders import COMMANDS, an_order
from tests.people import a_customer, desk_clerk
from tests.waiting import eventually

LIMITS = {
    "default": timeouts.COMMAND,
    "query": timeouts.PROJECTOR,
    "replica_1": timeouts.READER,
}
IN_MS = "select setting::int from pg_settings where name = %s"


def shown(connection, limits):
    """Ask a session for its limits."""
    names = [name for name, _ in limits.settings()]
    return [(name, connection.execute(IN_MS, [name]).fetchone()[0]) for name in names]


@contextmanager
def with_limit(alias, name, milliseconds):
    """Lower one limit of this thread's connection."""
    with connections[alias].cursor() as cursor:
        cursor.execute(f"set {name} = {milliseconds}")
    try:
        yield
    finally:
        connections[alias].close()


@contextmanager
def locked(services, sql):
    with psycopg.connect(services.environment()[OWNER_URLS[0]]) as holder:
        holder.execute(sql)
        yield
        holder.rollback()


@pytest.mark.parametrize("alias", LIMITS)
def test_every_connection_brings_its_limits_along(alias):
    connections[alias].ensure_connection()

    found = shown(connections[alias].connection, LIMITS[alias])

    assert found == list(LIMITS[alias].settings())


@pytest.mark.parametrize("alias", LIMITS)
def test_a_role_has_its_limits_however_it_comes(services, alias):
    urls = services.environment()
    name = {"default": "DATABASE_URL", "query": "QUERY_DATABASE_URL"}
    url = urls[name.get(alias, "QUERY_REPLICA_URLS")].split(",")[0]

    with psycopg.connect(url) as by_hand:
        found = shown(by_hand, LIMITS[alias])

    assert found == list(LIMITS[alias].settings())


@pytest.mark.parametrize("command", ["migrate", "rebuild", "rebuilder", "new_epoch"])
def test_the_owner_may_take_his_time(services, command):
    environment = application.environment(services.var_dir, services.environment())
    look = (
        f"import sys; sys.argv = ['manage.py', '{command}']; import django;"
        "django.setup(); from django.db import connections;"
        "c = connections['query']; c.ensure_connection();"
        "print(*[c.connection.execute('show ' + n).fetchone()[0] for n in"
        " ('statement_timeout', 'transaction_timeout',"
        " 'idle_in_transaction_session_timeout', 'lock_timeout')])"
    )
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"

    told = subprocess.run(
        [sys.executable, "-c", look],
        cwd=application.ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )

    # Readers queue behind a migration that waits for a table.
    lock = "5s" if command == "migrate" else "0"
    assert told.stdout.split() == ["0", "0", "0", lock]


def test_a_verification_may_take_its_time():
    with verification.snapshot_of_log() as log:
        found = dict(shown(log, timeouts.COMMAND))

    assert found == {**dict.fromkeys(found, 0), "lock_timeout": 5_000}


@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout"])
def test_a_command_past_its_limit_is_503_and_its_connection_lives(services, limit):
    clerk, order = desk_clerk(), an_order(a_customer())
    confirm = f"{COMMANDS}/{order.order_id}/confirm"
    hold = f"select from orders_command_order where id = '{order.order_id}' for update"

    with with_limit("default", limit, 100):
        with locked(services, hold):
            refused = clerk.post(confirm)
        mine = connections["default"].connection
        done = clerk.post(confirm)
        is_same = connections["default"].connection is mine

    assert refused.status_code == 503, refused.content
    assert refused["Retry-After"] == "2"
    assert refused.json()["type"] == "/problems/unavailable"
    assert (done.status_code, is_same) == (200, True)


def test_a_web_process_waits_for_no_lock_as_long_as_its_caller(services, web):
    clerk, order = desk_clerk(), an_order(a_customer())
    confirm = f"{web}{COMMANDS}/{order.order_id}/confirm"
    hold = f"select from orders_command_order where id = '{order.order_id}' for update"

    asked = urllib.request.Request(confirm, headers=clerk.headers, method="POST")
    began = time.monotonic()
    with locked(services, hold), pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=10)
    took = time.monotonic() - began
    refused.value.close()

    assert (refused.value.code, refused.value.headers["Retry-After"]) == (503, "2")
    # Sooner than the role's own limit, which is the worker's.
    assert timeouts.REQUEST.lock <= took * 1000 < timeouts.COMMAND.lock


def test_a_transaction_that_is_left_idle_is_ended():
    with pytest.raises(Error) as ended, transaction.atomic():  # noqa: PT012
        with connections["default"].cursor() as cursor:
            cursor.execute("set idle_in_transaction_session_timeout = 100")
            cursor.execute("select pg_backend_pid()")
            (pid,) = cursor.fetchone()
        eventually(lambda: in_another_thread(has_gone, pid))
        with connections["default"].cursor() as cursor:
            cursor.execute("select")

    assert problems.problem_of(ended.value).code == "unavailable"
    assert has_gone(pid)


def has_gone(pid):
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select not exists (select from pg_stat_activity where pid = %s)", [pid]
        )
        return cursor.fetchone()[0]


def in_another_thread(work, *values):
    answers = []

    def ask():
        try:
            answers.append(work(*values))
        finally:
            connections.close_all()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(5)
    return answers and answers[0]
