"""The peer's one app."""

from django.apps import AppConfig


class Plain(AppConfig):
    name = "bench.peers.plain"
    label = "plain"
