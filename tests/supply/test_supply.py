"""What comes from others: locked by hashes, under licences that are allowed."""

import json

import pytest

from tests.supply import audit, licences
from tests.supply.locks import DEVELOPING, ROOT, RUNNING, TRACING, locked

pytestmark = pytest.mark.no_services
LOCKS = [RUNNING, TRACING, DEVELOPING]
PAGE = ROOT / "docs" / "reference" / "licences.md"
FLAW = {"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_each_package_is_locked_by_hashes_and_names_no_address(lock):
    hashes = locked(lock)

    assert len(hashes) > 50
    assert [name for name, many in hashes.items() if not many] == []
    assert "://" not in lock.read_text()


@pytest.mark.parametrize("lock", [RUNNING, TRACING], ids=lambda lock: lock.name)
def test_what_runs_is_tested_at_the_same_versions(lock):
    running, developing = lock.read_text(), DEVELOPING.read_text()

    pins = [line.split(" ")[0] for line in running.splitlines() if "==" in line]
    assert [pin for pin in pins if f"{pin} " not in developing] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_each_licence_is_allowed(lock):
    told = {name: licences.licence_of(name) for name in locked(lock)}

    assert {n: said for n, said in told.items() if not licences.is_allowed(said)} == {}


def test_the_page_of_licences_is_up_to_date():
    assert PAGE.read_text() == licences.page(), "run make licences"


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-2.0-only AND (Apache-2.0 OR MIT)", False),
        ("AGPL-3.0-or-later", False),
        ("", False),
    ],
)
def test_which_licences_are_allowed(expression, may):
    assert licences.is_allowed(expression) is may


def test_a_package_that_tells_nothing_has_to_be_read():
    with pytest.raises(LookupError, match="add it by hand"):
        licences.licence_of("a-package-that-nobody-has-installed")


def told(*dependencies):
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_a_known_vulnerability_fails_the_audit():
    sound = {"name": "django", "version": "5.2", "vulns": []}
    flawed = {"name": "redis", "version": "7.0", "vulns": [FLAW]}

    assert audit.judged(told(sound), "")[0] == 0
    status, lines = audit.judged(told(sound, flawed), "")
    assert (status, lines) == (1, ["redis 7.0: PYSEC-1, fixed in 2.0"])


def test_an_index_that_knows_nothing_is_a_warning_and_one_that_hides_a_package_is_not():
    sound = {"name": "django", "version": "5.2", "vulns": []}
    hidden = {"name": "redis", "skip_reason": "not found"}

    assert audit.judged(told(hidden, hidden), "") == (0, [audit.NO_ANSWER])
    assert audit.judged(told(sound, hidden), "") == (1, ["redis: not found"])


def test_no_network_is_a_warning_and_anything_else_that_fails_is_not():
    assert audit.judged("", "requests.exceptions.ConnectionError: x")[0] == 0
    assert audit.judged("", "error: no such option") == (1, ["error: no such option"])
