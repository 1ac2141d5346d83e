"""`make fuzz`: made-up requests in great number; any finding fails it."""

import subprocess
import sys
from collections.abc import Iterator
from uuid import UUID

from bench.system import Client, System
from tests.schema.fuzzing import Fuzzed, follow, fuzz

EXAMPLES = 1_500  # of each operation; those with little to vary run out of it sooner
EXAMPLES_OF_OTHERS = 100
FOLLOWED_SECONDS = 120  # along the links, from one operation to the next
AT_LEAST = 20_000
WHO = """
import sys
from uuid import UUID
from django.contrib.auth.models import Group
from config.access.models import User, issue_token
from customers import directory
user = User.objects.create_user("fuzz-%(name)s")
if "%(customer)s":
    directory.link(UUID("%(customer)s"), user_id=user.pk)
else:
    user.groups.add(Group.objects.get(name="%(name)s"))
print(issue_token(user).text)
"""


def main(system: System) -> None:
    requests = defects = findings = 0
    for caller, run in _runs(system):
        _tell(caller, run)
        requests += run.requests
        defects += run.defects()
        findings += bool(run.found)
    print(
        f"{requests:,} requests, {defects} answers of 5xx, {findings} runs with finds"
    )
    if findings or defects or requests < AT_LEAST:
        raise SystemExit(f"A run finds nothing, in {AT_LEAST:,} requests at least.")


def _runs(system: System) -> Iterator[tuple[str, Fuzzed]]:
    # First, before the others erase whom they find.
    buyer = Client(system).customer()
    token = _token(system, "customer", customer=buyer)
    yield "customer", _fuzzed(system, token, EXAMPLES_OF_OTHERS, customer=buyer)
    clerk = _token(system, "order desk")
    yield "order desk", _fuzzed(system, clerk, EXAMPLES_OF_OTHERS)
    url = f"http://127.0.0.1:{system.port}"
    followed = follow(url, token=system.token, seconds=FOLLOWED_SECONDS)
    yield "administrator, along the links", followed
    yield "administrator", _fuzzed(system, system.token, EXAMPLES)


def _fuzzed(
    system: System, token: str, examples: int, *, customer: str | None = None
) -> Fuzzed:
    """Fuzz as somebody who knows some customers, or only one, and their orders."""
    client = Client(system)
    customers = [customer] if customer else [client.customer() for _ in range(3)]
    orders = [client.order(each)[1]["orderId"] for each in customers]
    return fuzz(
        f"http://127.0.0.1:{system.port}",
        token=token,
        orders=list(map(UUID, orders)),
        customers=list(map(UUID, customers)),
        examples=examples,
    )


def _token(system: System, name: str, *, customer: str = "") -> str:
    """Return one of a new user: of that group, or linked to the customer."""
    shell = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c"]
    printed = subprocess.run(
        [*shell, WHO % {"name": name, "customer": customer}],
        env=system.environment(),
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return printed.splitlines()[-1]


def _tell(caller: str, run: Fuzzed) -> None:
    print(f"{caller}: {run.requests:,} requests")
    for name, number in sorted(run.counts.items()):
        print(f"  {name:<24} {number:>7,}")
    print(run.found, flush=True)
