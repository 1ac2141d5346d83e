"""What is secret is in no log and in no output, whatever goes wrong."""

import json
import re
import subprocess
import sys
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
    told = [*secrets, *visitor.secrets]
    assert len(visitor.secrets) >= 9
    assert [secret for secret in told if secret in text] == []


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
        self.asks("POST", "/sign-in", username=name, password=self._password)
        assert "__Host-sessionid" in self._cookies
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
        new = f"stable-{uuid4().hex}"
        self.secrets.add(new)
        form = self.asks("GET", self._link).header("location")
        weak = self.asks("POST", form, new_password1="12345", new_password2=new)
        assert weak.status == 200
        done = self.asks("POST", form, new_password1=new, new_password2=new)
        assert done.header("location") == "/sign-in"


def logs_with(services: Embedded, mark: str) -> str:
    """Return what all processes have logged, once one of them has logged the mark."""
    text = "\n".join(path.read_text() for path in services.var_dir.glob("*.log"))
    return text if mark in text else ""


CELERY = ["-m", "celery", "--app=config.celery"]
GRANIAN = ["-m", "granian", "--interface=asgi", "--no-ws", "config.asgi:application"]
ENDED = {
    "check": ["manage.py", "check", "--database=default"],
    "sync_status": ["manage.py", "sync_status"],
    "verify": ["manage.py", "verify"],
    "migrate": ["manage.py", "migrate"],
    "api_token": ["manage.py", "api_token", "nobody"],
    "import_orders": ["manage.py", "import_orders", "README.md"],
}
SERVING = {
    "worker": ([*CELERY, "worker", "--concurrency=1", "--loglevel=INFO"], "connect"),
    "beat": ([*CELERY, "beat", "--pidfile="], "connect"),
    "web": (GRANIAN, "OperationalError"),
    "rebuilder": (["manage.py", "rebuilder"], "OperationalError"),
}


@pytest.mark.parametrize("name", ENDED)
def test_a_command_that_cannot_connect_tells_no_password(
    services: Embedded, secrets: list[str], name: str
) -> None:
    done = subprocess.run(
        [sys.executable, *ENDED[name]],
        cwd=ROOT,
        env=locked_out(services),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    said = done.stdout + done.stderr
    assert said
    assert [secret for secret in (*secrets, WRONG) if secret in said] == []


@pytest.mark.parametrize("name", SERVING)
def test_a_server_that_cannot_connect_tells_no_password(
    services: Embedded, secrets: list[str], tmp_path: Path, name: str
) -> None:
    arguments, trouble = SERVING[name]
    log = tmp_path / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**locked_out(services), "VAR_DIR": str(tmp_path)},
            stdout=file,
            stderr=file,
        )
    try:
        eventually(lambda: trouble in log.read_text(), 30)
    finally:
        process.terminate()
        process.wait(20)

    said = log.read_text()
    assert [secret for secret in (*secrets, WRONG) if secret in said] == []


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


def locked_out(services: Embedded) -> dict[str, str]:
    """Return an environment whose passwords are wrong, of running servers."""
    known = environment_of(services)
    for variable, url in known.items():
        if variable.endswith(("_URL", "_URLS")):
            known[variable] = re.sub(r":[^:@/]+@", f":{WRONG}@", url)
    return {**known, "GRANIAN_PORT": str(free_ports(1)[0])}
