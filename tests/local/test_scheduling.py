"""How the kernel is asked to share the processors."""

import logging
import os
import sys
import threading

import pytest

from config import scheduling

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has this policy"
)


def test_a_thread_that_asks_and_those_it_starts_do_not_break_in_on_others() -> None:
    seen = []

    def look() -> None:
        seen.append(os.sched_getscheduler(0))

    def ask() -> None:
        scheduling.work_in_stretches()
        look()
        started = threading.Thread(target=look)
        started.start()
        started.join()

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()

    assert seen == [os.SCHED_BATCH, os.SCHED_BATCH]


def test_where_it_is_forbidden_that_is_said_and_work_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", forbidden)

    with caplog.at_level(logging.INFO, "config.scheduling"):
        scheduling.work_in_stretches()

    assert "Scheduled as usual: Operation not permitted" in caplog.text
