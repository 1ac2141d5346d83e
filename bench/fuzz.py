"""`make fuzz`: made-up requests in great number; any finding fails it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from uuid import UUID

from bench.system import Client, System
from tests.schema.fuzzing import Fuzzed, fuzz

EXAMPLES = 1_500  # of each operation; those with little to vary run out of it sooner
EXAMPLES_OF_OTHERS = 100
AT_LEAST = 20_000
CALLERS = """
import json, sys
from uuid import UUID
from django.contrib.auth.models import Group
from config.access.models import User, issue_token
from customers import directory
clerk = User.objects.create_user("fuzz-clerk")
clerk.groups.add(Group.objects.get(name="order desk"))
buyer = User.objects.create_user("fuzz-customer")
directory.link(UUID("%s"), user_id=buyer.pk)
print(json.dumps({user.username: issue_token(user).text for user in (clerk, buyer)}))
"""


@dataclass(frozen=True, kw_only=True)
class Known:
    """Orders and customers that are there."""

    orders: list[UUID]
    customers: list[UUID]


def main(system: System) -> None:
    client = Client(system)
    customers = [client.customer() for _ in range(3)]
    orders = [client.order(customer)[1]["orderId"] for customer in customers]
    known = Known(orders=list(map(UUID, orders)), customers=list(map(UUID, customers)))
    others = _other_callers(system, customers[0])  # before the fuzzing erases any
    runs = {"administrator": _fuzzed(system, system.token, known, EXAMPLES)}
    for caller, token in others.items():
        runs[caller] = _fuzzed(system, token, known, EXAMPLES_OF_OTHERS)
    for caller, run in runs.items():
        _tell(caller, run)
    requests = sum(run.requests for run in runs.values())
    defects = sum(run.defects() for run in runs.values())
    findings = sum(bool(run.found) for run in runs.values())
    print(
        f"{requests:,} requests, {defects} answers of 5xx, {findings} runs that found"
    )
    if findings or defects or requests < AT_LEAST:
        raise SystemExit(f"A run finds nothing, in {AT_LEAST:,} requests at least.")


def _fuzzed(system: System, token: str, known: Known, examples: int) -> Fuzzed:
    return fuzz(
        f"http://127.0.0.1:{system.port}",
        token=token,
        orders=known.orders,
        customers=known.customers,
        examples=examples,
    )


def _other_callers(system: System, customer_id: str) -> dict[str, str]:
    shell = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c"]
    printed = subprocess.run(
        [*shell, CALLERS % customer_id],
        env=system.environment(),
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    tokens: dict[str, str] = json.loads(printed.splitlines()[-1])
    return tokens


def _tell(caller: str, run: Fuzzed) -> None:
    print(f"{caller}: {run.requests:,} requests")
    for name, number in sorted(run.counts.items()):
        print(f"  {name:<24} {number:>7,}")
    print(run.found)
