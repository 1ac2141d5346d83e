"""Does something at a steady rate, and notes how late it was done each time."""

import threading
import time
from collections.abc import Callable, Sequence

Job = Callable[[int], object]  # is told its number


class Pace:
    """So many times a second, by so many threads, until it is ended."""

    def __init__(self, rate: float, jobs: Sequence[Job]) -> None:
        self._rate = rate
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._done: list[tuple[float, float]] = []  # when it was due, and ms until done
        self._errors: list[BaseException] = []
        self._began = time.perf_counter()
        self._threads = [
            threading.Thread(target=self._work, args=[job, place, len(jobs)])
            for place, job in enumerate(jobs)
        ]
        for thread in self._threads:
            thread.start()

    def _work(self, job: Job, first: int, step: int) -> None:
        number = first
        try:
            while not self._ended.is_set():
                # From when it was due: who comes late has waited too.
                due = self._began + number / self._rate
                if self._ended.wait(max(0.0, due - time.perf_counter())):
                    return
                job(number)
                with self._lock:
                    self._done.append((due, (time.perf_counter() - due) * 1000))
                number += step
        except BaseException as error:
            self._errors.append(error)

    def end(self) -> list[tuple[float, float]]:
        """Return for each time when it was due, and after how many ms it was done."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
        return sorted(self._done)
