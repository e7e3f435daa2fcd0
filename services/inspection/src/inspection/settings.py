"""What can be configured? Nothing beyond what every department has: figures of rules are policy, not settings."""

from servicekit.settings import Settings

__all__ = ["Settings"]
