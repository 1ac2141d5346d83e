"""Runs schemathesis over the API: a little in the tests, a lot in `make fuzz`."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from uuid import UUID

HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
# In their place stand our own, which know what this API does on purpose: a cursor is a
# string but not any string, and a method that is not there is tested elsewhere.
EXCLUDED = (
    "not_a_server_error,negative_data_rejection,positive_data_acceptance,"
    "unsupported_method"
)


def fuzz(
    url: str, *, token: str, orders: list[UUID], customers: list[UUID], examples: int
) -> tuple[int, str]:
    """
    Send so many examples to each operation.

    Return how many requests were made, and what was found, nothing if all is well.
    """
    known = {
        "id": [str(order) for order in orders],
        "customer_id": [str(customer) for customer in customers],
    }
    arguments = [
        f"--header=Authorization: Bearer {token}",
        "--phases=examples,coverage,fuzzing",
        f"--max-examples={examples}",
        "--generation-deterministic",
        f"--exclude-checks={EXCLUDED}",
        "--request-timeout=20",
        "--suppress-health-check=all",
        "--no-color",
    ]
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/schema"]
    done = subprocess.run(
        [*command, *arguments],
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": str(HOOKS),
            "KNOWN_IDS": json.dumps(known),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    made = re.search(r"(\d[\d,]*) generated", done.stdout)
    number = int(made[1].replace(",", "")) if made else 0
    return number, "" if done.returncode == 0 else done.stdout + done.stderr
