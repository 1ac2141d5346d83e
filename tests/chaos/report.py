"""What a run did and found, as figures: for people a table, for programs JSON."""

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.checking import by_request
from tests.chaos.history import FAIL, OK, UNKNOWN, Operation
from tests.chaos.judging import Verdict


@dataclass(kw_only=True)
class Report:
    """The figures of one run."""

    commit: str
    date: str
    seed: int
    seconds: float = 0.0
    cells: int = 0
    rebuilds_ended: int = 0
    harms: dict[str, int] = field(default_factory=dict)
    kills: dict[str, int] = field(default_factory=dict)
    contested: str = ""
    acknowledged: int = 0
    refused: int = 0
    lost: int = 0
    doubled: int = 0
    unknown_at_first: int = 0  # and done, as was told when asked again
    unknown_and_done: int = 0
    unknown_and_not_done: int = 0
    reads: int = 0
    reads_503: int = 0
    reads_without_answer: int = 0  # lost, refused, or silent for 5 s
    longest_write_seconds: float = 0.0
    longest_read_seconds: float = 0.0
    events: int = 0
    nodes: list[str] = field(default_factory=list)
    seconds_to_converge: float | None = None
    broken_promises: list[str] = field(default_factory=list)
    broken_builds: dict[str, str] = field(default_factory=dict)

    @classmethod
    def begun(cls, *, seed: int) -> "Report":
        now = datetime.now(UTC).isoformat(timespec="minutes")
        return cls(commit=_commit(), date=now, seed=seed)

    def count(self, operations: list[Operation], verdict: Verdict) -> None:
        """Take the figures out of the history and the log."""
        caused = by_request(verdict.log)
        writes = [op for op in operations if not op.is_read]
        reads = [op for op in operations if op.is_read]
        done = [op for op in writes if op.outcome == OK]
        unknown = [op for op in writes if op.outcome == UNKNOWN]
        self.acknowledged = len(done)
        self.refused = sum(op.outcome == FAIL for op in writes)
        self.lost = sum(not caused[op.id] for op in done)
        self.doubled = sum(len(caused[op.id]) > 1 for op in writes)
        self.unknown_at_first = sum(op.unknown_attempts > 0 for op in done)
        self.unknown_and_done = sum(bool(caused[op.id]) for op in unknown)
        self.unknown_and_not_done = len(unknown) - self.unknown_and_done
        self.reads = len(reads)
        self.reads_503 = sum(op.status == 503 for op in reads)
        self.reads_without_answer = sum(op.status == 0 for op in reads)
        self.longest_write_seconds = max((op.longest for op in writes), default=0)
        self.longest_read_seconds = max((op.longest for op in reads), default=0)
        self.events = len(verdict.log)
        self.nodes = verdict.nodes
        self.seconds_to_converge = verdict.converged

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(json.dumps(asdict(self), indent=2) + "\n")
        (folder / "report.md").write_text(self.table() + "\n")

    def table(self) -> str:
        """Return the figures as a table in Markdown."""
        rows = {
            "commit, date, seed": f"{self.commit}, {self.date}, {self.seed}",
            **(self._attacked() if self.cells else {}),
            **{f"broken build: {k}": v for k, v in self.broken_builds.items()},
        }
        lines = [f"| {name} | {value} |" for name, value in rows.items()]
        return "\n".join(["| | |", "| --- | --- |", *lines])

    def _attacked(self) -> dict[str, object]:
        return {
            "seconds": f"{self.seconds:.0f}",
            "cells (point, command, fault)": self.cells,
            "rebuilds ended in the middle": self.rebuilds_ended,
            "kills": f"{sum(self.kills.values())}: {_told(self.kills)}",
            "other harms": _told(self.harms),
            "contested orders by writers": self.contested,
            "commands acknowledged": self.acknowledged,
            "commands refused": self.refused,
            "acknowledged and lost": self.lost,
            "done twice": self.doubled,
            "unknown, and done when asked again": self.unknown_at_first,
            "unknown to the end": (
                f"{self.unknown_and_done} done once, {self.unknown_and_not_done} not"
            ),
            "reads": self.reads,
            "reads that failed": (
                f"{self.reads_503} told so (503), "
                f"{self.reads_without_answer} while web processes were down"
            ),
            "longest write, read": (
                f"{self.longest_write_seconds:.1f} s, {self.longest_read_seconds:.1f} s"
            ),
            "events, compared on": f"{self.events}, {', '.join(self.nodes)}",
            "seconds to converge": f"{self.seconds_to_converge or 0:.1f}",
            "broken promises": len(self.broken_promises),
        }


def by_checker(wrong: list[str]) -> Counter[str]:
    """Count complaints by who complains."""
    return Counter(complaint.partition(":")[0] for complaint in wrong)


def _told(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counted.items()))


def _commit() -> str:
    try:
        asked = ["git", "describe", "--always", "--dirty"]
        return subprocess.check_output(asked, text=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
