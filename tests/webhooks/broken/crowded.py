"""The product's settings, on a machine that has no more threads to give."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.webhooks.broken.apps.Crowded"]
