"""Celery's processes, stopped for a while and let go on."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psutil


@contextmanager
def stopped(*names: str) -> Iterator[None]:
    """Stop the `worker`, the `beat` or both as they are, with all their children."""
    found = [process for process in _celery() if not _words(process).isdisjoint(names)]
    assert found, f"no {names} runs"
    for process in found:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in found:
            process.send_signal(signal.SIGCONT)


def _celery() -> list[psutil.Process]:
    children = psutil.Process(os.getpid()).children(recursive=True)
    return [process for process in children if "celery" in _words(process)]


def _words(process: psutil.Process) -> set[str]:
    try:
        return set(process.cmdline())
    except psutil.Error:
        return set()  # it has ended meanwhile
