"""What can be configured? Beyond what every department has: where the tax platform is."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from servicekit.settings import Settings

__all__ = ["Platform", "Settings"]


class Platform(BaseSettings):
    """The provider of the tax platform; without its address nothing is asked, and forms wait for a person."""

    model_config = SettingsConfigDict(env_prefix="REDLETTER_", extra="ignore")
    tax_platform: str = ""
