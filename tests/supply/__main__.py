"""`python -m tests.supply audit` and `python -m tests.supply licences`."""

import sys

from tests.supply import audit, licences

match sys.argv[1:]:
    case ["audit"]:
        sys.exit(audit.audit())
    case ["licences"]:
        sys.stdout.write(licences.page())
    case _:
        sys.exit(__doc__)
