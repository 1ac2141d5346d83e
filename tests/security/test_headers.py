"""Every kind of answer has the headers that the snapshot names, and no other."""

import re
from typing import Any

import pytest

from tests.security import kinds
from tests.security.kinds import Made
from tests.security.raw import HOST, answered, asked, over
from tests.security.snapshot import KINDS, expected

_CHANGING = {
    "x-request-id": "ID",
    "date": "DATE",
    "expires": "DATE",
    "last-modified": "DATE",
    "etag": "ETAG",
    "content-length": "N",
    "consistency-token": "N",
    "data-age": "N",
    "read-source": "SOURCE",
    "ratelimit": "LEFT",
    "ratelimit-policy": "BUDGET",
}


BY_GRANIAN = "400 by granian"
# That server has views that fail, and less patience.
ONLY_OVER_TLS = {kind for kind in KINDS if kind.endswith(("broken", "away", "often"))}
ONLY_OVER_TLS |= {"408"}
_VALUE = re.compile(r"=[^;]+;")
_DRAWN = re.compile(r"^device-[0-9a-f]+")
_CHANGING_OF_COOKIE = re.compile(r" expires=[^;]+;")


def test_the_snapshot_names_each_kind_that_is_asked_for(wanted: Made) -> None:
    assert {*KINDS, BY_GRANIAN} == set(wanted)


@pytest.mark.parametrize("kind", [*KINDS, BY_GRANIAN])
def test_over_tls(over_tls: str, wanted: Made, kind: str) -> None:
    request = over(wanted[kind])

    assert told(over_tls, request) == expected(kind, tls=True)


@pytest.mark.parametrize("kind", sorted({*KINDS, BY_GRANIAN} - ONLY_OVER_TLS))
def test_without_tls(web: str, wanted: Made, kind: str) -> None:
    assert told(web, wanted[kind]) == expected(kind, tls=False)


def test_without_tls_one_is_sent_to_where_it_is(over_tls: str) -> None:
    answer = answered(over_tls, asked("GET", "/orders?q=tea"))

    assert (answer.status, answer.header("location")) == (
        301,
        f"https://{HOST}/orders?q=tea",
    )


def test_a_nonce_is_all_that_changes_in_a_policy(over_tls: str, wanted: Made) -> None:
    request = over(wanted["page"])

    policies = {
        answered(over_tls, request).header("content-security-policy") for _ in range(3)
    }

    assert len(policies) == 3
    assert len({without_nonce(policy) for policy in policies}) == 1


def test_no_policy_allows_what_is_unsafe() -> None:
    for kind in KINDS:
        policy = expected(kind, tls=True).get("content-security-policy", "")
        assert "unsafe" not in policy
        assert "*" not in policy


@pytest.fixture(scope="module")
def wanted(web: str, django_db_blocker: Any) -> Made:
    """Return for each kind a request that is answered so."""
    with django_db_blocker.unblock():
        return kinds.requests()


def told(web: str, request: bytes) -> dict[str, Any]:
    """Return status and headers of an answer, without what changes each time."""
    answer = answered(web, request, until=b"\r\n\r\n")
    names = {name for name, _ in answer.headers}
    headers = {name: steady(name, answer.all(name)) for name in sorted(names)}
    return {"status": answer.status, **headers}


def steady(name: str, values: list[str]) -> str | list[str]:
    if name == "set-cookie":
        return sorted(
            _CHANGING_OF_COOKIE.sub(
                "", _DRAWN.sub("device-ID", _VALUE.sub("=VALUE;", v, count=1))
            )
            for v in values
        )
    (value,) = values
    if name == "content-security-policy":
        return "; ".join(sorted(without_nonce(value).split("; ")))
    return _CHANGING.get(name) or value


def without_nonce(policy: str) -> str:
    return re.sub(r"'nonce-[^']+'", "'nonce-NONCE'", policy)
