"""What the clients know together: customers, orders, the newest token."""

import random
import threading
from dataclasses import dataclass, field

NEXT = {"PENDING": "confirm", "CONFIRMED": "ship", "SHIPPED": "deliver"}
LIVING = 6  # customers: one is erased only if there are more
KEPT = 16  # orders that everybody works on: races are wanted


@dataclass
class Shop:
    """Shared by clients in many threads; orders that are done with make room."""

    customers: list[str] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)  # of an order, newest last
    token: int = 0  # the newest that any writer was given
    lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, order_id: str, status: str, position: int) -> None:
        with self.lock:
            self.token = max(self.token, position)
            self.statuses[order_id] = status
            while len(self.statuses) > KEPT:
                del self.statuses[self._least_wanted()]

    def heard_of(self, customer_id: str, position: int, *, is_new: bool) -> None:
        with self.lock:
            self.token = max(self.token, position)
            if is_new:
                self.customers.append(customer_id)

    def some_order(self, chance: random.Random) -> tuple[str, str] | None:
        with self.lock:
            known = list(self.statuses.items())
        return chance.choice(known) if known else None

    def some_customer(self, chance: random.Random) -> str:
        with self.lock:
            return chance.choice(self.customers)

    def to_erase(self, chance: random.Random) -> str | None:
        """Give a customer away, to one client only."""
        with self.lock:
            if len(self.customers) <= LIVING:
                return None
            return self.customers.pop(chance.randrange(len(self.customers)))

    def _least_wanted(self) -> str:
        ended = [order for order, status in self.statuses.items() if status not in NEXT]
        return (ended or list(self.statuses))[0]
