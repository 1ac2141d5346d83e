"""The peer: what a team would write first. Plain Django and DRF, done with care.

Normalised tables with their indexes, ModelSerializers without a query too many, DRF's
token authentication, persistent connections, on gunicorn.
"""
