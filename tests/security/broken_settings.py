"""The settings of the house, with views in it that fail."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.security.broken_urls"
