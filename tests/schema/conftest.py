"""A client that a public generator makes from the document as it is served."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from config.access.models import READ, WRITE
from tests.people import Caller, somebody
from tests.schema.document import Document

PACKAGE = "orders_client"
# The formatter is a nicety; what the generator itself has to say is the test.
CONFIGURATION = json.dumps({"post_hooks": []})


@pytest.fixture(scope="module")
def caller(services: object, django_db_blocker: Any) -> Caller:
    with django_db_blocker.unblock():
        return somebody(scopes=(READ, WRITE), administrator=True)


@pytest.fixture(scope="module")
def served(web: str, caller: Caller) -> Document:
    with urlopen(Request(f"{web}/api/schema", headers=caller.headers)) as answer:
        return Document(json.loads(answer.read()))


@pytest.fixture(scope="module")
def generated(
    served: Document, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Let the generator make the client, and let Python find it."""
    place = tmp_path_factory.mktemp("client")
    (place / "openapi.json").write_text(json.dumps(served.content))
    (place / "config.json").write_text(CONFIGURATION)
    command = [sys.executable, "-m", "openapi_python_client", "generate"]
    where = ["--path", "openapi.json", "--output-path", PACKAGE, "--meta", "none"]
    how = ["--config", "config.json", "--fail-on-warning"]
    done = subprocess.run(
        [*command, *where, *how], cwd=place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "arning" not in done.stdout + done.stderr, done.stdout + done.stderr
    sys.path.insert(0, str(place))
    yield place / PACKAGE
    sys.path.remove(str(place))
