"""What can be configured of any service: by environment variables, or files for secrets."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of one process; `REDLETTER_` before each name but the two that always win."""

    model_config = SettingsConfigDict(env_prefix="REDLETTER_", extra="ignore")
    database_url: str = Field(validation_alias="DATABASE_URL")
    kafka: str = Field(default="127.0.0.1:9092", validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    broker_profile: Literal["kafka", "embedded"] = "kafka"
    roles: str = "api,worker,relay"
    host: str = "127.0.0.1"
    port: int = 8080
    issuer: str = "https://issuer.invalid"
    audience: str = "redletter"
    jwks_file: Path | None = None
    otlp_endpoint: str = ""
    batch: int = 500
    pool: int = 4
    log_level: str = "INFO"

    def role(self, name: str) -> bool:
        """Say whether this process plays the role."""
        return name in self.roles.split(",")
