"""Each caller has budgets, counted exactly whichever process is asked."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from config.limiting.budgets import Budget
from config.local.embedded import Embedded
from orders_command.models import Order
from tests.orders import COMMANDS, order_body
from tests.pages.visiting import signed_in
from tests.people import a_customer, analyst, desk_clerk
from tests.security.limited import (
    EXPORTS,
    LONG,
    READS,
    STRANGERS,
    WRITES,
    Answer,
    Limited,
    limited,
)
from tests.waiting import eventually

ME = "/api/me"
STRANGE = {"X_Forwarded_For": "192.0.2.1"}


@pytest.fixture(scope="module")
def web(
    services: Embedded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Limited]:
    with limited(services, tmp_path_factory.mktemp("valkey")) as server:
        yield server


def admitted(answers: list[Answer]) -> int:
    assert {answer.status for answer in answers} <= {200, 201, 401, 429}
    return sum(answer.status != 429 for answer in answers)


def test_exactly_as_many_reads_are_admitted_by_all_processes_together(
    web: Limited,
) -> None:
    caller = analyst()

    answers = web.ask_often(READS * 2, ME, **caller.headers)

    assert web.processes_that_count() == 2
    assert admitted(answers) == READS


def test_writes_have_a_budget_of_their_own_and_beyond_it_nothing_is_done(
    web: Limited,
) -> None:
    clerk, customer_id = desk_clerk(), a_customer()
    web.ask_often(READS + 1, ME, **clerk.headers)

    how = {"method": "POST", "body": order_body(customer_id), **clerk.headers}
    answers = web.ask_often(WRITES * 2, COMMANDS, **how)

    assert admitted(answers) == WRITES
    assert Order.objects.filter(customer_id=customer_id).count() == WRITES


def test_a_token_and_a_session_of_one_user_count_together(web: Limited) -> None:
    caller = analyst()
    key = signed_in(caller).cookies["sessionid"].value

    by_token = web.ask_often(READS - 5, ME, **caller.headers)
    by_session = web.ask_often(10, ME, Cookie=f"sessionid={key}")

    assert admitted(by_token) == READS - 5
    assert admitted(by_session) == 5


def test_one_callers_limit_does_not_touch_anothers(web: Limited) -> None:
    greedy, other = analyst(), analyst()
    web.ask_often(READS + 5, ME, **greedy.headers)

    assert web.ask(ME, **greedy.headers).status == 429
    assert web.ask(ME, **other.headers).left == READS - 1


def test_the_headers_tell_the_budget_and_what_is_left(web: Limited) -> None:
    caller = analyst()

    answers = [web.ask(ME, **caller.headers) for _ in range(3)]

    policy = f'"reads";q={READS};w={LONG}'
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {policy}
    assert [answer.left for answer in answers] == [READS - 1, READS - 2, READS - 3]
    full_in = int(answers[-1].headers["ratelimit"].partition(";t=")[2])
    assert 3 * LONG / READS - 60 < full_in <= 3 * LONG / READS


def test_a_program_is_told_by_a_problem_when_to_come_again(web: Limited) -> None:
    caller = analyst()
    web.ask_often(READS, ME, **caller.headers)

    refused = web.ask(ME, **caller.headers)

    told = json.loads(refused.body)
    assert (refused.status, told["type"]) == (429, "/problems/too-many-requests")
    assert refused.headers["content-type"] == "application/problem+json"
    assert told["requestId"] == refused.headers["x-request-id"]
    assert 1 <= int(refused.headers["retry-after"]) <= LONG / READS
    assert refused.left == 0


def test_a_reader_of_pages_is_told_by_a_page(web: Limited) -> None:
    caller = analyst()
    cookie = f"sessionid={signed_in(caller).cookies['sessionid'].value}"
    web.ask_often(READS, ME, **caller.headers)

    refused = web.ask("/orders", Cookie=cookie)

    assert refused.status == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "Too many requests" in refused.body.decode()


def test_exports_have_a_tight_budget_and_lists_go_on(web: Limited) -> None:
    cookie = f"sessionid={signed_in(analyst()).cookies['sessionid'].value}"

    exports = web.ask_often(EXPORTS + 2, "/orders.csv?status=PENDING", Cookie=cookie)

    assert admitted(exports) == EXPORTS
    assert web.ask("/orders", Cookie=cookie).status == 200


def test_strangers_are_counted_by_address_whatever_they_bring(web: Limited) -> None:
    made_up = [{"Authorization": f"Bearer made-up-{n}"} for n in range(STRANGERS)]

    answers = [web.ask(ME, **STRANGE, **token) for token in made_up]

    assert admitted(answers) == STRANGERS
    assert web.ask("/sign-in", **STRANGE).status == 429
    assert web.ask(ME, **STRANGE, **analyst().headers).status == 200
    assert web.ask("/sign-in", X_Forwarded_For="192.0.2.2").status == 200


def test_who_forges_the_address_is_counted_all_the_same(web: Limited) -> None:
    def forged(number: int) -> Answer:
        claimed = f"10.0.0.{number}, 198.51.100.{number}, 192.0.2.3"
        return web.ask("/sign-in", X_Forwarded_For=claimed)

    answers = [forged(number) for number in range(STRANGERS + 5)]

    assert admitted(answers) == STRANGERS


def test_a_network_of_ipv6_is_one_stranger(web: Limited) -> None:
    def asked(number: int) -> Answer:
        return web.ask("/sign-in", X_Forwarded_For=f"2001:db8:1:2::{number:x}")

    answers = [asked(number) for number in range(STRANGERS + 5)]

    assert admitted(answers) == STRANGERS
    assert web.ask("/sign-in", X_Forwarded_For="2001:db8:1:3::1").status == 200


@pytest.mark.parametrize("path", ["/healthz/live", "/static/app.css"])
def test_probes_and_static_files_are_not_counted(web: Limited, path: str) -> None:
    answers = web.ask_often(STRANGERS + 5, path, X_Forwarded_For="192.0.2.4")

    assert {answer.status for answer in answers} == {200}
    assert "ratelimit" not in answers[0].headers


def test_no_name_is_kept_in_valkey(web: Limited) -> None:
    caller = analyst()
    web.ask(ME, **caller.headers)
    web.ask("/sign-in", X_Forwarded_For="192.0.2.77")

    kept = keys_of(web)

    assert b"limit:reads:" in kept
    assert b"limit:strangers:" in kept
    for word in (str(caller.user.pk), caller.user.pk.hex, "192.0.2.77"):
        assert word.encode() not in kept


def keys_of(web: Limited) -> bytes:
    with redis.Redis.from_url(web.valkey_url) as client:
        return b" ".join(client.scan_iter("*"))


@pytest.fixture
def tight(settings: Any) -> None:
    """Let this process admit two reads at once, and one each second."""
    settings.RATE_LIMIT_READS = Budget("reads", 2, 2)


def test_to_wait_as_long_as_is_told_helps(tight: None) -> None:
    caller = analyst()
    answers = [caller.get(ME) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    within = int(answers[-1]["Retry-After"])
    eventually(lambda: caller.get(ME).status_code == 200, within + 0.5)
