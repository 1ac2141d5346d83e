"""given(past).when(command).then(events): how the rules of an order are tested."""

from dataclasses import dataclass

import pytest

from orders_command.domain.commands import Command
from orders_command.domain.errors import OrderError
from orders_command.domain.order import decide, replay
from orders_command.events import OrderEvent


@dataclass(frozen=True)
class Given:
    past: tuple[OrderEvent, ...]

    def when(self, command: Command) -> "When":
        return When(self.past, command)


@dataclass(frozen=True)
class When:
    past: tuple[OrderEvent, ...]
    command: Command

    def then(self, *expected: OrderEvent) -> None:
        assert decide(replay(self.past), self.command) == list(expected)

    def refused(self, reason: type[OrderError]) -> OrderError:
        with pytest.raises(reason) as refusal:
            decide(replay(self.past), self.command)
        return refusal.value


def given(*past: OrderEvent) -> Given:
    return Given(past)
