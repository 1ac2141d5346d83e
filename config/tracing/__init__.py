"""Traces for OpenTelemetry: one from a command to the row that shows it.

The log keeps with each event the id of its request, and that is the trace's id too; so
both sides know it, and no message and no column has to carry it.
"""
