"""The licences of all packages, from what each tells of itself."""

import re
from importlib.metadata import PackageNotFoundError, metadata

from tests.supply.locks import DEVELOPING, RUNNING, TRACING, locked

ALLOWED = frozenset(
    """
    0BSD Apache-2.0 Artistic-1.0 BSD BSD-2-Clause BSD-3-Clause ISC LGPL-3.0-only MIT
    MIT-0 MPL-2.0 PSF-2.0 PostgreSQL Unlicense Zlib
    """.split()
)
# Of packages that tell nothing, or are for other systems than this; read by hand.
READ_BY_HAND = {
    "async-timeout": "Apache-2.0",
    "axe-playwright-python": "MIT",
    "colorama": "BSD-3-Clause",
    "tzdata": "Apache-2.0",
}
_OF_CLASSIFIER = {
    "Apache Software License": "Apache-2.0",
    "Artistic License": "Artistic-1.0",
    "BSD License": "BSD",
    "GNU General Public License (GPL)": "GPL",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_OF_WORDS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause OR Apache-2.0": "BSD-3-Clause OR Apache-2.0",
}


def licence_of(name: str) -> str:
    """
    Return a package's licence as an SPDX expression, as far as it tells one.

    :raises LookupError: if it tells none and nobody has read it
    """
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return _by_hand(name)
    if expression := told.get("License-Expression"):
        return str(expression)
    classifiers = (c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or ())
    known = [_OF_CLASSIFIER[c] for c in classifiers if c in _OF_CLASSIFIER]
    if known:
        return " OR ".join(known)
    words = told.get("License") or ""
    return _OF_WORDS.get(words) or (words if words in ALLOWED else _by_hand(name))


def is_allowed(expression: str) -> bool:
    """Tell whether one may ship under it: of each OR one part, of each AND all."""
    flat = re.sub(
        r"\(([^()]*)\)", lambda found: found[1].replace(" OR ", "|"), expression
    )
    if " AND " in flat:
        return all(
            is_allowed(part.replace("|", " OR ")) for part in flat.split(" AND ")
        )
    return any(part in ALLOWED for part in re.split(r" OR |\|", flat))


def page() -> str:
    """Return `docs/reference/licences.md`."""
    running = locked(RUNNING)
    tracing = {name for name in locked(TRACING) if name not in running}
    more = set(locked(DEVELOPING)) - {*running, *tracing}
    return "\n".join(
        [
            "# Licences",
            "",
            "What each package tells of itself. `make licences` writes this page; a",
            "test fails while a package is missing, or has a licence not allowed.",
            "",
            f"Allowed: {', '.join(sorted(ALLOWED))}.",
            "",
            "## What runs",
            "",
            *_table(set(running)),
            "",
            "## What the extra `telemetry` brings",
            "",
            *_table(tracing),
            "",
            "## What tests and checks need besides",
            "",
            *_table(more),
            "",
        ]
    )


def _table(names: set[str]) -> list[str]:
    rows = [f"| {name} | {licence_of(name)} |" for name in sorted(names)]
    return ["| package | licence |", "| --- | --- |", *rows]


def _by_hand(name: str) -> str:
    if name not in READ_BY_HAND:
        raise LookupError(f"{name} tells no licence: read it, and add it by hand")
    return READ_BY_HAND[name]
