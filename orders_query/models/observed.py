"""What was seen of the read side: verifications, sightings on replicas, lags."""

from django.db import models


class Verification(models.Model):
    """What came of comparing some orders with the log; the last ones are kept."""

    at = models.DateTimeField()
    orders = models.PositiveIntegerField()
    customers = models.PositiveIntegerField()
    differences = models.PositiveIntegerField()
    findings = models.JSONField()  # sentences without personal words
    seconds = models.FloatField()

    def __str__(self) -> str:
        return f"{self.differences} differences in {self.orders} orders"


class Sighting(models.Model):
    """When a replica was first seen to show a position; kept for a day."""

    pk = models.CompositePrimaryKey("replica", "position")
    replica = models.CharField(max_length=32)
    position = models.BigIntegerField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.position} on {self.replica}"


class LagSample(models.Model):
    """The worst lag of a projection or a replica in ten seconds; kept for a day."""

    pk = models.CompositePrimaryKey("at", "name")
    at = models.DateTimeField()  # when the ten seconds began
    name = models.CharField(max_length=32)
    # Null if somebody looked and could not tell.
    seconds = models.FloatField(null=True)
    events = models.BigIntegerField(null=True)  # behind; of projections only

    def __str__(self) -> str:
        return f"{self.name} {self.seconds} s behind at {self.at}"
