"""Served over TLS: everything is redirected there but the health pages."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("path", "status"), [("/healthz/live", 200), ("/orders", 301), ("/api/me", 301)]
)
def test_only_probes_are_answered_without_tls(settings, path, status):
    settings.SECURE_SSL_REDIRECT = True

    assert Client().get(path).status_code == status
