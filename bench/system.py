"""A running system, as a measurement sees it."""

import http.client
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from config.local.addresses import OWNER_URLS, UNSET, URLS

READERS = """
import json, sys
from django.contrib.auth.models import Group
from config.access.models import User, issue_token
def reader(number):
    user, _ = User.objects.get_or_create(username=f"bench-{number}")
    user.groups.add(Group.objects.get(name="analyst"))
    return issue_token(user).text
print(json.dumps([reader(number) for number in range(%d)]))
"""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP answer, and how long it took."""

    status: int
    headers: dict[str, str]
    body: Any
    seconds: float

    def taking(self, seconds: float) -> "Answer":
        return replace(self, seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class System:
    port: int
    token: str
    urls: dict[str, str]
    var_dir: Path
    pid: int

    def environment(self) -> dict[str, str]:
        """Return what one of manage.py's commands needs to work on this system."""
        return clean_environment(self.var_dir)

    def superuser(self, database: str) -> psycopg.Connection:
        """Connect to the primary as who sees everybody's transactions."""
        password = json.loads((self.var_dir / "passwords.json").read_text())["postgres"]
        server = urlsplit(self.urls["QUERY_DATABASE_URL"])
        return psycopg.connect(
            host=server.hostname,
            port=server.port,
            user="postgres",
            password=password,
            dbname=database,
            autocommit=True,
        )

    def readers(self, number: int) -> list["Client"]:
        """Return so many different people's connections to the queries."""
        shell = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c"]
        printed = subprocess.run(
            [*shell, READERS % number],
            env=self.environment(),
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        tokens = json.loads(printed.splitlines()[-1])
        return [Client(replace(self, token=token)) for token in tokens]


class Client:
    """One keep-alive connection to the API."""

    def __init__(self, system: System) -> None:
        self._headers = {
            "Authorization": f"Bearer {system.token}",
            "Content-Type": "application/json",
        }
        self._connection = http.client.HTTPConnection("127.0.0.1", system.port)

    def get(self, path: str, **headers: str) -> Answer:
        began = time.perf_counter()
        self._connection.request("GET", path, headers={**self._headers, **headers})
        answer = self._connection.getresponse()
        body = answer.read()
        return Answer(
            status=answer.status,
            headers={name.lower(): value for name, value in answer.getheaders()},
            body=json.loads(body) if body else None,
            seconds=time.perf_counter() - began,
        )

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return the answer's status and body."""
        return self._sent("POST", path, body)

    def patch(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return the answer's status and body."""
        return self._sent("PATCH", path, body)

    def customer(self) -> str:
        """Register a customer and return the id."""
        email = f"b{time.time_ns()}@example.org"
        _, made = self.post("/api/customers", {"name": "Bench", "email": email})
        return str(made["customerId"])

    def order(self, customer_id: str) -> tuple[int, dict[str, Any]]:
        """Place an order of three items."""
        items = [
            {"productId": f"p{n}", "quantity": n, "price": 9.90} for n in (1, 2, 3)
        ]
        body = {"customerId": customer_id, "items": items}
        return self.post("/api/command/orders", body)

    def _sent(
        self, method: str, path: str, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        self._connection.request(method, path, json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())


def clean_environment(var_dir: Path) -> dict[str, str]:
    """Return this process's environment for another system than it works on itself."""
    inherited = {k: v for k, v in os.environ.items() if k not in _OF_A_SYSTEM}
    return {**inherited, "VAR_DIR": str(var_dir)}


_OF_A_SYSTEM = {*URLS, *OWNER_URLS, UNSET, "SECRET_KEY"}
