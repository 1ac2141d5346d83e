"""The names under which the read databases are known."""

PRIMARY = "query"  # the read primary; what streams from it is in settings.REPLICAS
