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
print(json.dumps([issue_token(user).text for user in (clerk, buyer)]))
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
    buyer = client.customer()  # whom nobody else is told of, or they would erase them
    own = Known(
        orders=[UUID(client.order(buyer)[1]["orderId"])], customers=[UUID(buyer)]
    )
    clerks, buyers = _other_tokens(system, buyer)
    runs = {
        "administrator": _fuzzed(system, system.token, known, EXAMPLES),
        "order desk": _fuzzed(system, clerks, known, EXAMPLES_OF_OTHERS),
        "customer": _fuzzed(system, buyers, own, EXAMPLES_OF_OTHERS),
    }
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


def _other_tokens(system: System, customer_id: str) -> tuple[str, str]:
    """Return those of a clerk, and of the user linked to the customer."""
    shell = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c"]
    printed = subprocess.run(
        [*shell, CALLERS % customer_id],
        env=system.environment(),
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    clerk, buyer = json.loads(printed.splitlines()[-1])
    return clerk, buyer


def _tell(caller: str, run: Fuzzed) -> None:
    print(f"{caller}: {run.requests:,} requests")
    for name, number in sorted(run.counts.items()):
        print(f"  {name:<24} {number:>7,}")
    print(run.found)
