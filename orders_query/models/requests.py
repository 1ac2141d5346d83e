"""What administrators ask to be done with sets of read tables, and who does it."""

from django.db import models
from django.db.models import Q


class Action(models.TextChoices):
    """What can be done with a projection's sets."""

    REBUILD = "rebuild", "Rebuild"
    ROLLBACK = "rollback", "Go back to the previous set"
    DROP_PREVIOUS = "drop_previous", "Drop the previous set"
    DISCARD = "discard", "Discard the unfinished set"


class State(models.TextChoices):
    """How far a request has come; the first two are open."""

    ASKED = "asked", "Asked for"
    RUNNING = "running", "At work"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Taken back"


STATES = tuple(State.values)
ACTIONS = tuple(Action.values)
OPEN = ("asked", "running")


class RebuildRequest(models.Model):
    """
    Something to be done with a projection's sets of tables, and what came of it.

    Web processes may ask, and cancel what is only asked; the owner's process does the
    rest. The database holds them to it (policies, in the migration).
    """

    projection = models.CharField(max_length=32)
    action = models.CharField(max_length=16)
    accepts_differences = models.BooleanField(default=False)
    asked_by = models.CharField(max_length=64)  # as in the log, never a name
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, default=State.ASKED)
    phase = models.CharField(max_length=32, default="", blank=True)
    # How far the phase is: positions of the log, or orders that were compared.
    position = models.BigIntegerField(default=0)
    head = models.BigIntegerField(default=0)
    events = models.BigIntegerField(default=0)  # applied since it was last begun
    rate = models.FloatField(default=0)  # a second
    outcome = models.TextField(default="", blank=True)  # holds nothing of any row
    findings = models.JSONField(default=list)  # sentences without personal words

    class Meta:
        permissions = [("ask_for_rebuilds", "Can have read tables rebuilt")]
        constraints = [
            models.UniqueConstraint(
                fields=["projection"],
                condition=Q(state__in=OPEN),
                name="one_open_rebuild",
            ),
            models.CheckConstraint(
                condition=Q(state__in=STATES), name="known_state_of_rebuild"
            ),
            models.CheckConstraint(
                condition=Q(action__in=ACTIONS), name="known_action_of_rebuild"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.projection}: {self.state}"

    def get_action(self) -> str:
        """Return what is to be done, in words."""
        return str(Action(self.action).label)


class Rebuilder(models.Model):
    """The process that carries requests out: one row, which it keeps young."""

    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = "process that rebuilds"

    def __str__(self) -> str:
        return f"seen at {self.seen_at}"
