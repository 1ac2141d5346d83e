"""What granian serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from config import deadlines
from config.databases import COMMAND_SECONDS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# Where requests are served nobody waits for ever; the projector's batches may.
connections.settings["query"][deadlines.SETTING] = COMMAND_SECONDS
