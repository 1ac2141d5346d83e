"""`make fuzz`: made-up requests in great number; any finding fails it."""

from uuid import UUID

from bench.system import Client, System
from tests.schema.fuzzing import fuzz

EXAMPLES = 1_500  # of each operation; those with little to vary run out of it sooner
AT_LEAST = 20_000


def main(system: System) -> None:
    client = Client(system)
    customers = [client.customer() for _ in range(3)]
    orders = [client.order(customer)[1]["orderId"] for customer in customers]
    requests, found = fuzz(
        f"http://127.0.0.1:{system.port}",
        token=system.token,
        orders=[UUID(order) for order in orders],
        customers=[UUID(customer) for customer in customers],
        examples=EXAMPLES,
    )
    print(f"{requests:,} requests")
    if found:
        raise SystemExit(found)
    if requests < AT_LEAST:
        raise SystemExit(f"These are fewer than {AT_LEAST:,}.")
    print("nothing was found")
