"""How the server answers, read once from the environment (prefix CLOUD_PRICING_)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from ipaddress import ip_address, ip_network
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from warehouse.settings import read

_LOOPBACK = ("127.0.0.0/8", "::1")
_RATE = r"[1-9]\d*/(second|minute|hour|day)"


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
    max_open: int = Field(
        default=250,
        ge=1,
        description="Requests of one caller that may be open at once, until their responses are read; "
        "further ones are answered 429. The server has 1,000 connections for all.",
    )
    cache_url: SecretStr = Field(
        default=SecretStr(""),
        description="Redis, as `redis://host:6379/0`, where several servers keep answers together and count "
        "what each caller has asked. Empty: each server in its own memory.",
    )
    cache_entries: int = Field(default=2000, ge=0, description="Answers a server keeps in memory at most.")
    cache_mb: int = Field(default=64, ge=0, description="Megabytes of answers it keeps in memory at most.")
    request_seconds: float = Field(
        default=90.0, gt=0, description="Seconds until a response must begin; else it is 504."
    )
    audit: Literal["full", "without_questions", "off"] = Field(
        default="full",
        description="What `logs/audit.jsonl` in the store tells: `full` (who asked what, and which rows they "
        "were shown), `without_questions` (nothing that the caller wrote), or `off`.",
    )
    max_body_bytes: int = Field(
        default=1 << 20, ge=1024, description="Bytes a request's body may have; a larger one is answered 413."
    )
    require_keys: bool = Field(
        default=False,
        description="Whether API keys are required on this machine too. They always are where the server "
        "binds to another address than loopback, trusts a proxy, or has further names.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description="Further names the server is reached by, as a JSON list, such as "
        '`["prices.example.com"]`. On loopback every other name is refused; elsewhere only if there are any.',
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="Addresses or networks of reverse proxies, as a JSON list, `loopback` for those on this "
        "machine: who asks is what they say in `X-Forwarded-For`. Nobody else's is believed.",
    )
    cors_origins: tuple[str, ...] = Field(
        default=(),
        description="Origins whose pages may read the API in a browser, as a JSON list, such as "
        '`["https://finops.example.com"]`. Empty: only the server\'s own page.',
    )
    behind_tls: bool = Field(
        default=False,
        description="Whether clients reach the server by https only: browsers are told to keep to it (HSTS).",
    )
    key_rate_limit: str = Field(
        default="600/minute",
        description="Requests of one API key, such as `600/minute` or `20/second;5000/hour`; empty: any "
        "number. Applies where keys are required.",
    )
    address_rate_limit: str = Field(
        default="1200/minute",
        description="Requests from one address, with whatever key; empty: any number. Applies where keys are "
        "required.",
    )

    agentos: bool = Field(
        default=False,
        description="Whether agno's AgentOS and the AG-UI protocol are served at `/agno`, for their clients.",
    )

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine reaches the server; of a name that is not `localhost` nobody knows."""
        return is_loopback(self.host)

    @property
    def keys_required(self) -> bool:
        return self.require_keys or not self.on_loopback or bool(self.trusted_proxies or self.allowed_hosts)

    @field_validator("key_rate_limit", "address_rate_limit")
    @classmethod
    def _rate(cls, text: str) -> str:
        if text and not re.fullmatch(_RATE + rf"(;{_RATE})*", text):
            raise PydanticCustomError("rate", "{text} is no rate such as 600/minute", {"text": text})
        return text

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        found = [one for name in proxies for one in (_LOOPBACK if name == "loopback" else (name,))]
        for one in found:
            try:
                ip_network(one)
            except ValueError:
                message = "{text} is no address, no network such as 10.0.0.0/24, and not `loopback`"
                raise PydanticCustomError("networks", message, {"text": one}) from None
        return tuple(found)

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for one in origins:
            if not re.fullmatch(r"https?://[\w.:\[\]-]+", one):
                message = "{text} is no origin such as https://finops.example.com"
                raise PydanticCustomError("origins", message, {"text": one})
        return origins


@lru_cache(maxsize=256)  # requests ask, with names of their own
def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@cache
def serving_settings() -> ServingSettings:
    """The server's settings of this process; `serving_settings.cache_clear()` reads them again.

    Raises InvalidInput naming the variable that cannot be used.
    """
    return read(ServingSettings)
