"""How the server answers, read once from the environment (prefix CLOUD_PRICING_)."""

from __future__ import annotations

from functools import cache

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from warehouse.errors import InvalidInput


class ServingSettings(BaseSettings):
    """What only the server may know."""

    model_config = SettingsConfigDict(env_prefix="CLOUD_PRICING_", extra="ignore", frozen=True)

    host: str = Field(default="localhost", description="Address the server binds to.")
    port: int = Field(default=8321, ge=0, le=65535, description="Port of the server; 0 takes a free one.")
    swap_seconds: float = Field(
        default=1.0, gt=0, description="How often the server looks whether another snapshot is in force."
    )
    max_running: int = Field(
        default=4, ge=1, description="Questions and queries the server works on at the same time."
    )
    max_waiting: int = Field(
        default=64,
        ge=0,
        description="Requests that may wait for their turn, which goes round between the callers; further "
        "ones are answered 503, with the time to wait in `Retry-After`.",
    )
    queue_seconds: float = Field(
        default=10.0, gt=0, description="Seconds a request may wait for its turn before it is answered 503."
    )
    cache_url: SecretStr = Field(
        default=SecretStr(""),
        description="Redis, as `redis://host:6379/0`, where several servers keep answers together and count "
        "what each caller has asked. Empty: each server in its own memory.",
    )
    cache_entries: int = Field(default=2000, ge=0, description="Answers a server keeps in memory at most.")
    cache_mb: int = Field(default=64, ge=0, description="Megabytes of answers it keeps in memory at most.")


@cache
def serving_settings() -> ServingSettings:
    """The server's settings of this process; `serving_settings.cache_clear()` reads them again.

    Raises InvalidInput naming the variable that cannot be used.
    """
    try:
        return ServingSettings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "CLOUD_PRICING_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidInput(f"{name}: {first['msg']}.", "Change or unset it.") from None
