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
    """Send so many examples to each operation, and follow the links from one to the
    next."""
    known = {
        "id": [str(order) for order in orders],
        "customer_id": [str(customer) for customer in customers],
    }
    arguments = [
        f"--header=Authorization: Bearer {token}",
        "--phases=examples,coverage,fuzzing,stateful",
        "--mode=all",
        f"--max-examples={examples}",
        "--generation-deterministic",
        f"--exclude-checks={EXCLUDED}",
        "--request-timeout=20",
        "--suppress-health-check=all",
        "--no-color",
    ]
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/schema"]
    with tempfile.NamedTemporaryFile(suffix=".json") as counts:
        done = subprocess.run(
            [*command, *arguments],
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": str(HOOKS),
                "KNOWN_IDS": json.dumps(known),
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
