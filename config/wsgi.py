"""What granian serves."""

import gc
import os

from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections, reset_queries

from config import databases

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from config import starting  # noqa: E402 - it asks for accounts, which are ready now

starting.must_be_safe()
databases.serve_requests(connections.settings)
# Connections are looked at when a request ends, and no queries are kept: to see to both
# when one begins was a twentieth of a small answer's time.
request_started.disconnect(close_old_connections)
request_started.disconnect(reset_queries)
# What is there now stays: who collects garbage need not go through it each time, which
# was a tenth of a command's time.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
