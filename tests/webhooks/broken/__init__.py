"""Builds that are broken on purpose, each found out by its test."""
