"""Traces' ids are worked out by both sides; of a share both take the same."""

from uuid import UUID, uuid4

import pytest
import uuid_utils.compat as uuids

from config.tracing.ids import is_chosen, span_id_of, trace_id_of

pytestmark = pytest.mark.no_services


def test_a_traces_id_is_its_requests():
    request_id = "0F6f1f9c-6d0e-4ac5-8f6b-6a4b5b0c8f52"

    assert trace_id_of(request_id) == UUID(request_id).int
    assert trace_id_of("0f6f1f9c6d0e4ac58f6b6a4b5b0c8f52") == UUID(request_id).int


@pytest.mark.parametrize("request_id", ["", "batch-2026", "0" * 32, str(UUID(int=0))])
def test_any_id_has_a_trace(request_id):
    assert 0 < trace_id_of(request_id) < 1 << 128


def test_each_event_has_a_span_of_its_own():
    order = uuid4()

    spans = {span_id_of(order, 1), span_id_of(order, 2), span_id_of(uuid4(), 1)}

    assert len(spans) == 3
    assert all(0 < span < 1 << 64 for span in spans)


@pytest.mark.parametrize("make", [uuid4, uuids.uuid7], ids=["version 4", "version 7"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_share_is_that_many_of_any_kind_of_id(make, share):
    traces = [trace_id_of(str(make())) for _ in range(5_000)]

    chosen = sum(is_chosen(trace, share=share) for trace in traces)

    assert abs(chosen / len(traces) - share) < 0.05


def test_all_are_all_and_none_is_none():
    traces = [trace_id_of(str(uuid4())) for _ in range(1_000)]

    assert all(is_chosen(trace, share=1.0) for trace in traces)
    assert not any(is_chosen(trace, share=0.0) for trace in traces)
