"""People who call: each test makes its own."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import Group
from django.test import Client

from config.access.models import READ, WRITE, User, issue_token
from customers import directory

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Caller:
    """A user with a token, and the client that carries it."""

    user: User
    token: str
    client: Client = field(default_factory=Client)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=self._with(headers))

    def send(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        """Send JSON; bytes go as they are, and None is no body at all."""
        if data is None:
            return self.client.generic(method, path, headers=self._with(headers))
        body = data if isinstance(data, bytes) else _json(data)
        return self.client.generic(
            method, path, body, "application/json", headers=self._with(headers)
        )

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.send("POST", path, data, **headers)

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        return {**self.headers, **named}


def somebody(
    *groups: str,
    scopes: tuple[str, ...] = (READ, WRITE),
    administrator: bool = False,
    staff: bool = False,
    password: str | None = None,
) -> Caller:
    user = User.objects.create_user(
        f"user-{uuid4().hex[-12:]}",
        password=password,
        is_superuser=administrator,
        is_staff=administrator or staff,
    )
    user.groups.set(Group.objects.filter(name__in=groups))
    return Caller(user, issue_token(user, scopes=scopes).text)


def desk_clerk() -> Caller:
    return somebody("order desk")


def analyst() -> Caller:
    return somebody("analyst")


def administrator(**more: Any) -> Caller:
    return somebody(administrator=True, **more)


def a_customer(name: str = "Ada Lovelace") -> UUID:
    change = directory.register(name=name, email=an_email(), actor="system:tests")
    return change.customer.customer_id


def linked_to(customer_id: UUID) -> Caller:
    caller = somebody()
    directory.link(customer_id, user_id=caller.user.pk)
    return caller


def limited_to(
    customer_id: UUID | None, caller: Caller, *, scopes: tuple[str, ...] = (READ, WRITE)
) -> Caller:
    """Return the caller with another token: limited to a customer, None for none."""
    issued = issue_token(caller.user, scopes=scopes, customer_id=customer_id)
    return Caller(caller.user, issued.text)


def an_email() -> str:
    return f"{uuid4().hex}@example.org"


def _json(data: Any) -> bytes:
    return json.dumps(data).encode()
