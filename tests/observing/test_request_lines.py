"""A line for each request: who asked for what, never in the words of the address."""

from typing import Any
from uuid import UUID, uuid4

from tests.observing.conftest import Line, System
from tests.projected import catch_up
from tests.waiting import eventually


def line_of(system: System, path: str, **headers: str) -> Line:
    """Ask for a path, and return what the log says of that."""
    request_id = str(uuid4())
    system.ask("GET", path, X_Request_Id=request_id, **headers)
    named: dict[str, Any] = {"logger": "config.requestlog", "request_id": request_id}
    (line,) = eventually(lambda: system.lines(**named))
    return line


def test_a_line_says_who_asked_for_what_and_what_served_it(system: System) -> None:
    path = f"/api/query/orders/customer/{system.customer_id}"
    token = str(catch_up())

    line = line_of(system, path, Consistency_Token=token)

    assert line["route"] == "api/query/orders/customer/<uuid:customer_id>"
    assert (line["method"], line["status"], line["level"]) == ("GET", 200, "INFO")
    assert line["source"] == "replica_1"
    assert line["position"] >= int(token)
    assert line["user"] == str(system.caller.user.pk)
    assert 0 < line["duration_ms"] < 10_000
    assert line["message"].startswith(f"GET {line['route']} 200 in ")


def test_a_line_does_not_tell_whom_somebody_looks_for(system: System) -> None:
    mark = uuid4().hex
    paths = f"/api/query/orders?q={mark}", f"/api/nowhere/{mark}"

    lines = [line_of(system, path, User_Agent=mark) for path in paths]

    assert [line["status"] for line in lines] == [200, 404]
    assert [line["route"] for line in lines] == ["api/query/orders", "api/"]
    assert mark not in str(system.lines())


def test_a_probe_interests_few(system: System) -> None:
    assert line_of(system, "/healthz/live")["level"] == "DEBUG"


def test_who_goes_on_waiting_is_told_of_when_there_is_an_answer(system: System) -> None:
    request_id, head = str(uuid4()), catch_up()

    path = f"/api/query/orders/changes?wait=1&after={head}"
    system.ask("GET", path, X_Request_Id=request_id)

    lines = eventually(lambda: system.lines(request_id=request_id, level="INFO"))
    assert len(lines) == 1
    assert system.lines(request_id=request_id, level="DEBUG")


def test_an_id_that_may_be_a_name_goes_by_its_digest(system: System) -> None:
    name = f"ada-lovelace-{uuid4().hex[:8]}"

    _, headers, _ = system.ask("GET", "/api/me", X_Request_Id=name)

    (line,) = eventually(lambda: system.lines(route="api/me"))[-1:]
    assert headers["X-Request-Id"] == name
    assert UUID(line["request_id"])
    assert name not in str(system.lines())
