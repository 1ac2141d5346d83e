"""The limiter itself: exact among threads, open without Valkey, and never slow."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
import pytest
import redis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from prometheus_client import REGISTRY

from config.limiting import leases, limiter
from config.limiting.budgets import Budget, Verdict, parsed, refusal
from config.limiting.limiter import Limiter
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from tests.chaos.proxy import Proxy
from tests.security.limited import own_valkey
from tests.waiting import eventually

THREADS = 8
UNCHECKED = "orders_rate_limit_unchecked_total"


def somebody() -> bytes:
    return uuid4().hex.encode()


def is_admitted(limits: Limiter, budget: Budget, caller: bytes) -> bool:
    found = limits.ask(budget, caller)()
    assert found is not None
    return not found.is_refused


def raced(take: Callable[[], bool], times: int) -> int:
    """Let threads take at once, and return how often they were admitted."""
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(one.result() for one in [pool.submit(take) for _ in range(times)])


def test_threads_and_processes_that_race_are_admitted_exactly_so_often() -> None:
    budget, caller = Budget("reads", 50, 3600), somebody()
    two = [Limiter(settings.REDIS_URL) for _ in range(2)]  # as two processes have them
    turns = iter(range(200))

    admitted = raced(lambda: is_admitted(two[next(turns) % 2], budget, caller), 200)

    assert admitted == 50


def test_a_large_budget_is_taken_in_advance_and_never_exceeded() -> None:
    budget, caller = Budget("reads", 2000, 3600), somebody()
    two = [Limiter(settings.REDIS_URL) for _ in range(2)]
    sizes = []

    def take_all(limits: Limiter) -> int:
        admitted = 0
        while admitted <= budget.most and is_admitted(limits, budget, caller):
            admitted += 1
            sizes.append(limits._leases.wanted(budget, caller))
        return admitted

    with ThreadPoolExecutor(THREADS) as pool:
        admitted = sum(pool.map(take_all, two * (THREADS // 2)))

    assert 2000 - 2 * leases.MOST <= admitted <= 2000  # a stalled process loses some
    assert max(sizes) > 8  # else nothing was taken in advance


def test_who_asks_seldom_takes_nothing_in_advance() -> None:
    budget, caller = Budget("reads", 2000, 3600), somebody()
    limits = Limiter(settings.REDIS_URL)

    def asked() -> str:
        found = limits.ask(budget, caller)()
        assert found is not None
        return found.headers()["RateLimit"].partition(";t=")[0]

    told = []
    for _ in range(3):
        told.append(asked())
        time.sleep(leases.QUICK_SECONDS * 2)

    assert told == [f'"reads";r={left}' for left in (1999, 1998, 1997)]
    assert limits._leases.wanted(budget, caller) == 1


def test_the_race_finds_out_who_reads_and_then_writes() -> None:
    key, together = f"tests:{uuid4()}", threading.Barrier(THREADS)
    with redis.Redis.from_url(settings.REDIS_URL) as client:

        def get_then_set() -> bool:
            count = int(client.get(key) or 0)
            together.wait(10)
            client.set(key, count + 1, ex=60)
            return count < 5

        assert raced(get_then_set, THREADS) > 5


def test_the_race_finds_out_processes_that_count_for_themselves() -> None:
    budget, caller = Budget("reads", 50, 3600), somebody()
    apart = [Limiter(settings.REDIS_URL) for _ in range(2)]
    turns = iter(range(200))

    def counts_for_itself() -> bool:
        place = next(turns) % 2
        return is_admitted(apart[place], budget, b"%d:%s" % (place, caller))

    assert raced(counts_for_itself, 200) == 100


def test_a_budget_fills_up_again_evenly() -> None:
    limits, budget, caller = (
        Limiter(settings.REDIS_URL),
        Budget("reads", 3, 3),
        somebody(),
    )
    assert [is_admitted(limits, budget, caller) for _ in range(4)] == [True] * 3 + [
        False
    ]

    eventually(lambda: is_admitted(limits, budget, caller))
    assert not is_admitted(limits, budget, caller)


def test_who_is_refused_is_not_asked_for_again_before_the_time() -> None:
    limits, budget, caller = (
        Limiter(settings.REDIS_URL),
        Budget("reads", 1, 3600),
        somebody(),
    )
    [is_admitted(limits, budget, caller) for _ in range(2)]

    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(f"limit:reads:{caller.decode()}")

    assert not is_admitted(limits, budget, caller)
    assert is_admitted(Limiter(settings.REDIS_URL), budget, caller)


def test_a_script_that_valkey_has_forgotten_is_brought_again() -> None:
    limits, budget, caller = (
        Limiter(settings.REDIS_URL),
        Budget("reads", 3, 3600),
        somebody(),
    )
    assert is_admitted(limits, budget, caller)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.script_flush()

    assert [is_admitted(limits, budget, caller) for _ in range(3)] == [
        True,
        True,
        False,
    ]


def test_a_verdict_that_nobody_has_heard_is_not_taken_for_the_next_one() -> None:
    limits, few = Limiter(settings.REDIS_URL), Budget("reads", 1, 3600)
    many, caller = Budget("writes", 1000, 3600), somebody()
    is_admitted(limits, few, caller)
    limits.ask(few, caller)  # refused, if anybody listened

    found = limits.ask(many, caller)()

    assert found is not None
    assert (found.is_refused, found.headers()["RateLimit"][:15]) == (
        False,
        '"writes";r=999;',
    )


@pytest.fixture(scope="module")
def valkey(
    services: Embedded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, psutil.Process]]:
    with own_valkey(services, tmp_path_factory.mktemp("valkey")) as found:
        yield found


def test_a_connection_that_valkey_ends_is_made_anew_however_often_it_does(
    valkey: tuple[str, psutil.Process],
) -> None:
    at, port = urlsplit(valkey[0]), free_ports(1)[0]
    proxy = Proxy(port, (HOST, at.port or 0))
    limits, caller = Limiter(valkey[0].replace(f":{at.port}", f":{port}")), somebody()
    budget, admitted = Budget("reads", 120, 3600), []
    with closing(proxy):
        for _ in range(121):
            admitted.append(is_admitted(limits, budget, caller))
            proxy.refuse()
            proxy.heal()

    assert admitted == [True] * 120 + [False]


def unchecked() -> float:
    return REGISTRY.get_sample_value(UNCHECKED) or 0.0


def let_through(limits: Limiter, seconds: float) -> list[float]:
    """Ask for so long, and return how long each was held up."""
    budget, caller, took = Budget("reads", 10**9, 10), somebody(), []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        assert limits.ask(budget, caller)() is None
        took.append(time.monotonic() - began)
        time.sleep(0.002)  # others would be answered meanwhile
    return took


def test_with_valkey_frozen_all_are_let_through_at_once_and_counted_later(
    valkey: tuple[str, psutil.Process],
) -> None:
    url, server = valkey
    limits, budget, caller = Limiter(url), Budget("reads", 1, 3600), somebody()
    assert is_admitted(limits, budget, caller)
    before = unchecked()
    server.send_signal(signal.SIGSTOP)
    try:
        took = let_through(limits, 1.5)
    finally:
        server.send_signal(signal.SIGCONT)

    assert unchecked() - before == len(took) > 20
    assert sum(took) / len(took) < 0.02  # to wait for each answer takes 0.05
    eventually(lambda: limits.ask(budget, caller)() is not None)
    assert not is_admitted(limits, budget, caller)


@pytest.mark.parametrize("kind", ["nobody listens", "nobody accepts", "no such host"])
def test_with_valkey_away_all_are_let_through_at_once(kind: str) -> None:
    with socket.socket() as deaf:
        deaf.bind((HOST, 0))
        if kind == "nobody accepts":
            deaf.listen(0)
        port = deaf.getsockname()[1] if kind == "nobody accepts" else free_ports(1)[0]
        host = "valkey.invalid" if kind == "no such host" else HOST
        limits, before = Limiter(f"redis://{host}:{port}/0"), unchecked()

        took = let_through(limits, 0.5)

    assert unchecked() - before == len(took) > 20
    assert sorted(took)[len(took) // 2] < 0.01


def test_what_valkey_refuses_lets_through_too(
    valkey: tuple[str, psutil.Process], caplog: pytest.LogCaptureFixture
) -> None:
    wrong = valkey[0].replace("own", "wrong")

    took = let_through(Limiter(wrong), 0.3)

    assert len(took) > 10
    told = [
        record.message for record in caplog.records if record.name == limiter.__name__
    ]
    assert len(told) == 1
    assert "wrong" not in told[0]


@pytest.mark.no_services
@pytest.mark.parametrize("text", ["", " ", "0"])
def test_no_limit_is_none(text: str) -> None:
    assert parsed("reads", "RATE_LIMIT_READS", text) is None


@pytest.mark.no_services
@pytest.mark.parametrize(
    "text", ["10", "10/", "/10", "ten/10", "-1/10", "10/0", "1/1/1"]
)
def test_a_limit_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"RATE_LIMIT_READS.*20000/10"):
        parsed("reads", "RATE_LIMIT_READS", text)


@pytest.mark.no_services
def test_headers_are_as_the_draft_has_them() -> None:
    budget = Budget("reads", 20_000, 10)
    first = Verdict(budget=budget, until_full=budget.cost)
    refused = refusal(budget, 1)

    assert first.headers() == {
        "RateLimit-Policy": '"reads";q=20000;w=10',
        "RateLimit": '"reads";r=19999;t=1',
    }
    assert refused.headers()["RateLimit"] == '"reads";r=0;t=10'
    assert refused.retry_after == 1
