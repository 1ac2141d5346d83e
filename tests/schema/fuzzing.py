"""Runs schemathesis over the API: a little in the tests, a lot in `make fuzz`."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
# In their place stand our own, which know what this API does on purpose: a cursor is a
# string but not any string, and a method that is not there is tested elsewhere.
EXCLUDED = (
    "not_a_server_error,negative_data_rejection,positive_data_acceptance,"
    "unsupported_method"
)


@dataclass(frozen=True, kw_only=True)
class Fuzzed:
    """What was sent and answered, by phase and by status; `found` is empty if all is
    well."""

    found: str
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return sum(self.by_phase().values())

    def by_phase(self) -> dict[str, int]:
        """Return how many requests each phase and mode made."""
        return {k: v for k, v in self.counts.items() if not k.startswith("status ")}

    def defects(self) -> int:
        """Return how many answers were 5xx; 503 is one that the document tells of."""
        return sum(
            number
            for name, number in self.counts.items()
            if name.startswith("status 5") and name != "status 503"
        )


def fuzz(
    url: str, *, token: str, orders: list[UUID], customers: list[UUID], examples: int
) -> Fuzzed:
    """Send so many examples to each operation, and some along the links; always the
    same ones."""
    known = {
        "id": [str(order) for order in orders],
        "customer_id": [str(customer) for customer in customers],
    }
    return _run(
        url,
        token,
        "--phases=examples,coverage,fuzzing,stateful",
        f"--max-examples={examples}",
        "--generation-deterministic",
        known=known,
    )


def follow(url: str, *, token: str, seconds: int) -> Fuzzed:
    """Follow the links from one operation to the next for so long; others each time."""
    return _run(
        url,
        token,
        "--phases=stateful",
        "--max-examples=200",
        f"--max-time={seconds}",
        "--generation-database=none",
    )


def _run(
    url: str,
    token: str,
    *arguments: str,
    known: Mapping[str, list[str]] | None = None,
) -> Fuzzed:
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/schema"]
    usual = [
        f"--header=Authorization: Bearer {token}",
        "--mode=all",
        f"--exclude-checks={EXCLUDED}",
        "--request-timeout=20",
        "--suppress-health-check=all",
        "--no-color",
    ]
    with tempfile.NamedTemporaryFile(suffix=".json") as counts:
        done = subprocess.run(
            [*command, *usual, *arguments],
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": str(HOOKS),
                "KNOWN_IDS": json.dumps(known or {}),
                "COUNTS": counts.name,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        told = Path(counts.name).read_text()
    return Fuzzed(
        found="" if done.returncode == 0 else done.stdout + done.stderr,
        counts=json.loads(told or "{}"),
    )
