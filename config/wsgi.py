"""What granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from config import databases

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
databases.serve_requests(connections.settings)
# What is there now stays: who collects garbage need not go through it each time, which
# was a tenth of a command's time.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
