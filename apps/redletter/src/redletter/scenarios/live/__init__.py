"""How is a scenario played live? By accounting as it runs, over HTTP, Kafka and PostgreSQL, on the scenario's days."""

from redletter.scenarios.live.stage import staged

__all__ = ["staged"]
