"""What is secret is in no log and in no output, whatever goes wrong."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from config.local.addresses import passwords_file
from config.local.application import ROOT
from config.local.embedded import Embedded
from config.local.ports import free_ports
from tests.people import an_email, somebody
from tests.security.forgotten import mails_to
from tests.security.kinds import FORM, ORIGIN
from tests.security.raw import Answer, answered, asked, over
from tests.services import environment_of
from tests.waiting import eventually

WRONG = "wrong-password-of-a-server"


@pytest.fixture
def secrets(services: Embedded) -> list[str]:
    """Return what no log may have; a test adds what it makes."""
    kept: dict[str, str] = json.loads(passwords_file(services.var_dir).read_text())
    return [services.secret_key, *kept.values()]


def test_what_people_bring_and_are_given_is_in_no_log(
    services: Embedded, over_tls: str, secrets: list[str]
) -> None:
    visitor = Visitor(over_tls)
    visitor.signs_in()
    visitor.has_a_token_made()
    visitor.meets_errors()
    visitor.asks_for_a_new_password()
    visitor.chooses_it()
    end = f"/broken/end-{uuid4().hex}"
    visitor.asks("GET", end)

    text = eventually(lambda: logs_with(services, end))
    assert len(visitor.secrets) >= 8
    assert found_in(text, [*secrets, *visitor.secrets]) == []


class Visitor:
    """Somebody with a browser and a program; notes all that is secret."""

    def __init__(self, web: str) -> None:
        self._web = web
        self._password = f"horse-{uuid4().hex}"
        self._user = somebody("order desk", password=self._password).user
        self._user.email = an_email()
        self._user.save()
        self._cookies: dict[str, str] = {}
        self._token = ""
        self.secrets = {self._password}

    def asks(self, method: str, path: str, *lines: str, **form: str) -> Answer:
        """Ask with the cookies so far, and keep those that come."""
        pairs = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if method == "POST":
            form["csrfmiddlewaretoken"] = self._cookies["__Host-csrftoken"]
            lines = (*lines, FORM, ORIGIN)
        body = urlencode(form).encode()
        request = asked(method, path, f"Cookie: {pairs}", *lines, body=body)
        answer = answered(self._web, over(request))
        for cookie in answer.all("set-cookie"):
            name, _, rest = cookie.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        wanted = {"__Host-sessionid", "__Host-csrftoken"} & self._cookies.keys()
        self.secrets |= {self._cookies[name] for name in wanted} - {""}
        return answer

    def signs_in(self) -> None:
        name = self._user.username
        self.asks("GET", "/sign-in")
        done = self.asks("POST", "/sign-in", username=name, password=self._password)
        assert done.status == 302, done.body
        # Another one guesses; the name is locked for this address then.
        guess = f"guess-{uuid4().hex}"
        self.secrets.add(guess)
        self.asks("POST", "/sign-in", username=f"{name}-x", password=guess)

    def has_a_token_made(self) -> None:
        made = self.asks("POST", "/account", name="laptop", scopes="read", days="1")
        found = re.search(rb'id="issued"[^>]*>([^<]+)<', made.body)
        assert found, made.body
        self._token = found[1].decode()
        self.secrets.add(self._token)

    def meets_errors(self) -> None:
        for header in (
            f"Authorization: Bearer {self._token}",
            f"Authorization: Bearer  {self._token} ",
            f"Authorization: {self._token}",
            f"Authorization: Basic {self._token}",
            f"Authorization: Bearer {self._token}\x85",
        ):
            for path in ("/api/broken", "/api/away", "/broken", "/api/me", "/away"):
                self.asks("GET", path, header)
            self.asks("POST", "/api/customers", header, name="x")
        self.asks("POST", "/broken", password=self._password, token=self._token)

    def asks_for_a_new_password(self) -> None:
        email = self._user.email
        self.asks("POST", "/sign-in/forgotten", email=email)
        (mail,) = eventually(lambda: mails_to(email))
        found = re.search(r"/sign-in/new-password/\S+", mail)
        assert found
        self._link = found[0]
        self.secrets.add(self._link.rpartition("/")[2])

    def chooses_it(self) -> None:
        new = f"another horse {uuid4().hex[:12]}"
        self.secrets.add(new)
        form = self.asks("GET", self._link).header("location")
        weak = self.asks("POST", form, new_password1="12345", new_password2=new)
        assert weak.status == 200
        done = self.asks("POST", form, new_password1=new, new_password2=new)
        assert done.header("location") == "/sign-in", (done.status, done.body)


def found_in(text: str, secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if secret in text]


def logs_with(services: Embedded, mark: str) -> str:
    """Return what all processes have logged, once one of them has logged the mark."""
    text = "\n".join(path.read_text() for path in services.var_dir.glob("*.log"))
    return text if mark in text else ""


CELERY = ["-m", "celery", "--app=config.celery"]
GRANIAN = ["-m", "granian", "--interface=asgi", "--no-ws", "--workers-kill-timeout=2"]
OF_CELERY = '"level":"ERROR","logger":"celery.'
# Each process with the words by which it says that it cannot get in.
LOCKED_OUT = {
    "check": (["manage.py", "check", "--database=default"], "System check"),
    "migrate": (["manage.py", "migrate"], "OperationalError"),
    "verify": (["manage.py", "verify"], "CommandError"),
    "api_token": (["manage.py", "api_token", "ada"], "OperationalError"),
    "rebuilder": (["manage.py", "rebuilder"], "OperationalError"),
    "webhooks": (["manage.py", "webhooks"], "OperationalError"),
    "worker": ([*CELERY, "worker", "--concurrency=1"], OF_CELERY),
    "beat": ([*CELERY, "beat", "--pidfile="], OF_CELERY),
    "web": ([*GRANIAN, "config.asgi:application"], "OperationalError"),
}


def test_who_cannot_get_in_tells_no_password(
    services: Embedded, secrets: list[str], tmp_path: Path
) -> None:
    with ExitStack() as running:
        logs = {
            name: running.enter_context(
                locked_out(services, tmp_path / name, arguments)
            )
            for name, (arguments, _) in LOCKED_OUT.items()
        }

        for name, (_, words) in LOCKED_OUT.items():
            eventually(lambda n=name, w=words: w in logs[n].read_text(), 60)

    said = {name: log.read_text() for name, log in logs.items()}
    told = {name: found_in(text, [*secrets, WRONG]) for name, text in said.items()}
    assert {name: found for name, found in told.items() if found} == {}


@contextmanager
def locked_out(
    services: Embedded, folder: Path, arguments: list[str]
) -> Iterator[Path]:
    """Run a process whose passwords are wrong, and return the file it logs into."""
    folder.mkdir()
    environment = environment_of(services)
    for variable, url in environment.items():
        if variable.endswith(("_URL", "_URLS")):
            environment[variable] = re.sub(r":[^:@/]+@", f":{WRONG}@", url)
    environment |= {"VAR_DIR": str(folder), "GRANIAN_PORT": str(free_ports(1)[0])}
    log = folder / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=file,
        )
    try:
        yield log
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize(
    ("name", "scheme"),
    [("DATABASE_URL", "postgres"), ("REDIS_URL", "redis"), ("EMAIL_URL", "smtp")],
)
def test_a_url_that_cannot_be_read_is_refused_without_its_password(
    services: Embedded, name: str, scheme: str
) -> None:
    url = f"{scheme}://user:{WRONG}/x@127.0.0.1:1/0"
    environment = {**environment_of(services), name: url}

    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "cannot be read" in done.stderr
    assert WRONG not in done.stdout + done.stderr
