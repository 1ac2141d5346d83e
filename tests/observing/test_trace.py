"""One trace, from a command to the row that a reader of the replica sees."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.collecting import Collector, Span
from tests.observing.conftest import System
from tests.orders import COMMANDS, TEA
from tests.waiting import eventually

CALLERS_SPAN = "00f067aa0ba902b7"


def placed(system: System, **headers: str) -> Any:
    order = {"customerId": system.customer_id, "items": [TEA], "note": "for Mark7x"}
    return system.ask("POST", COMMANDS, order, **headers)


def whole(collector: Collector, trace: str, *names: str) -> list[Span]:
    """Wait until a trace has spans of these names, and return all that it has."""

    def spans() -> list[Span]:
        found = collector.spans(trace=trace)
        return found if {*names} <= {span.name for span in found} else []

    return eventually(spans)


ORDER_PLACED, SHOWN = "POST api/command/orders", "visible on replica_1"


def hanging(spans: list[Span]) -> set[tuple[str, str, str]]:
    """Return each span's service, name and parent's name; others than orders' wait."""
    names = {span.span_id: span.name for span in spans}
    return {
        (span.service, span.name, names.get(span.parent_id, span.parent_id))
        for span in spans
        if " to " not in span.name or span.name.endswith(" to orders")
    }


def test_a_command_and_the_row_that_shows_it_are_one_trace(
    system: System, collector: Collector
) -> None:
    request_id = str(uuid4())

    answer, _, _ = placed(system, X_Request_Id=request_id)

    spans = whole(collector, UUID(request_id).hex, ORDER_PLACED, SHOWN)
    assert hanging(spans) == {
        ("orders-web", ORDER_PLACED, ""),
        ("orders-web", "CreateOrder", ORDER_PLACED),
        ("orders-web", "append OrderCreated", "CreateOrder"),
        ("orders-worker", "project OrderCreated to orders", "append OrderCreated"),
        ("orders-worker", SHOWN, "project OrderCreated to orders"),
    }
    (command,) = (span for span in spans if span.name == "CreateOrder")
    assert command.attributes == {
        "orders.outcome": "accepted",
        "orders.position": answer["position"],
    }
    assert not any(span.failed or span.ended < span.began for span in spans)


def test_what_a_batch_has_brought_about_is_linked_to_it(
    system: System, collector: Collector
) -> None:
    request_id = str(uuid4())

    placed(system, X_Request_Id=request_id)

    spans = whole(collector, UUID(request_id).hex, SHOWN)
    (batch,) = (s.links for s in spans if s.name == "project OrderCreated to orders")
    (span,) = eventually(lambda: collector.spans(trace=batch[0]))
    assert span.name == "batch of orders"


def test_a_callers_trace_goes_on(system: System, collector: Collector) -> None:
    trace = uuid4().hex
    traceparent = f"00-{trace}-{CALLERS_SPAN}-01"

    _, headers, _ = placed(system, traceparent=traceparent, baggage="name=Mark7x")

    assert headers["X-Request-Id"] == str(UUID(trace))
    spans = whole(collector, trace, ORDER_PLACED, SHOWN)
    (root,) = (span for span in spans if span.name == ORDER_PLACED)
    assert root.parent_id == CALLERS_SPAN


def test_a_request_with_an_id_of_its_own_is_linked_to_the_callers_trace(
    system: System, collector: Collector
) -> None:
    request_id, theirs = str(uuid4()), uuid4().hex

    placed(
        system,
        X_Request_Id=request_id,
        traceparent=f"00-{theirs}-{CALLERS_SPAN}-01",
    )

    spans = whole(collector, UUID(request_id).hex, ORDER_PLACED)
    (root,) = (span for span in spans if span.name == ORDER_PLACED)
    assert (root.parent_id, root.links) == ("", (theirs,))


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        "00-abc-def-01",
        f"00-{'0' * 32}-{CALLERS_SPAN}-01",
        f"00-{'a' * 32}-{'0' * 16}-01",
        f"00-{'a' * 32}-{CALLERS_SPAN}-01-more",
        f"ff-{'a' * 32}-{CALLERS_SPAN}-01",
        f"00-{'A' * 32}-{CALLERS_SPAN}-01",
    ],
)
def test_what_is_no_traceparent_is_passed_over(
    system: System, traceparent: str
) -> None:
    _, headers, _ = placed(system, traceparent=traceparent)

    assert UUID(headers["X-Request-Id"]).version == 7


def test_a_replay_is_told_as_one_and_appends_nothing(
    system: System, collector: Collector
) -> None:
    request_id, key = str(uuid4()), str(uuid4())
    how = {"X_Request_Id": request_id, "Idempotency_Key": key}

    first, _, _ = placed(system, **how)
    again, headers, _ = placed(system, **how)

    assert (again["position"], headers["Idempotency-Replayed"]) == (
        first["position"],
        "true",
    )
    trace = UUID(request_id).hex
    eventually(lambda: len(collector.spans(trace=trace, name=ORDER_PLACED)) == 2)
    commands = collector.spans(trace=trace, name="CreateOrder")
    outcomes = {span.attributes["orders.outcome"] for span in commands}
    assert outcomes == {"accepted", "replayed"}
    assert len(collector.spans(trace=trace, name="append OrderCreated")) == 1


def test_a_refusal_is_an_answer_and_no_failure(
    system: System, collector: Collector
) -> None:
    request_id = str(uuid4())

    path = f"{COMMANDS}/{uuid4()}/confirm"
    system.ask("POST", path, X_Request_Id=request_id)

    root = f"POST {COMMANDS.lstrip('/')}/<uuid:pk>/confirm"
    spans = whole(collector, UUID(request_id).hex, root)
    told = {span.name: span for span in spans}
    assert told["ConfirmOrder"].attributes == {"orders.outcome": "order-not-found"}
    assert told[root].attributes["http.response.status_code"] == 404
    assert not any(span.failed for span in spans)


def test_a_read_tells_who_served_it_and_that_it_waited(
    system: System, collector: Collector
) -> None:
    order, _, _ = placed(system)
    request_id, token = str(uuid4()), str(order["position"])

    path = f"/api/query/orders/{order['orderId']}"
    system.ask("GET", path, X_Request_Id=request_id, Consistency_Token=token)

    root = "GET api/query/orders/<uuid:pk>"
    spans = whole(collector, UUID(request_id).hex, root, "read")
    served = {s.attributes.get("orders.source") for s in spans if s.name == "read"}
    assert "replica_1" in served


def test_no_word_of_anybody_leaves_with_a_trace(
    system: System, collector: Collector
) -> None:
    name, request_id = f"Mark{uuid4().hex}x", f"ada-{uuid4().hex[:12]}"
    body = {"name": name, "email": f"{name}@example.org"}
    customer, _, _ = system.ask(
        "POST", "/api/customers", body, baggage=f"who={name}", X_Request_Id=request_id
    )

    told = {"User_Agent": name, "Referer": f"https://example.org/{name}"}
    system.ask("GET", f"/api/query/orders?q={name}", **told)
    end = str(uuid4())
    placed(system, X_Request_Id=end)

    whole(collector, UUID(end).hex, ORDER_PLACED, SHOWN)
    sent = b"".join(collector.bodies)
    assert customer["customerId"].encode() in sent
    words = (name, request_id, "Mark7x", system.caller.token, system.caller.user.email)
    assert [word for word in words if word and word.encode() in sent] == []
