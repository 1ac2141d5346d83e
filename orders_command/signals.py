"""
Published. `events_committed` is a doorbell, not a letter: it says that the log has
grown; `orders_command.feed` says by what. It is sent after commit and may be lost,
so a receiver must also look at the feed by itself from time to time.

Sent with `position`, the newest one that the sender knows of.
"""

from django.dispatch import Signal

events_committed = Signal()
