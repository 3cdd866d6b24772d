"""Paths and limits, read once from the environment (prefix CLOUD_PRICING_)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from warehouse.errors import InvalidInput

_ROOT = Path(__file__).resolve().parent.parent


def _checkout() -> bool:
    return (_ROOT / "pyproject.toml").is_file() and (_ROOT / "data" / "reference").is_dir()


def _default_store() -> Path:
    return _ROOT / "data" / "store" if _checkout() else user_data_path("cloud-pricing", appauthor=False)


def _default_data() -> Path:
    return _ROOT / "data" if _checkout() else Path(__file__).resolve().parent / "_data"


class Settings(BaseSettings):
    """What every room may know."""

    model_config = SettingsConfigDict(env_prefix="CLOUD_PRICING_", extra="ignore", frozen=True)

    store: Path = Field(
        default_factory=_default_store,
        description="Folder that holds payloads, staged batches, snapshots and logs.",
    )
    data: Path = Field(
        default_factory=_default_data,
        description="Folder with the reference tables and the guides.",
    )
    price_files: tuple[Path, ...] = Field(
        default=(),
        description="The user's own price lists and discount files, as a JSON list of paths.",
    )
    sources: tuple[str, ...] = Field(
        default=("bundled",),
        description="What a refresh collects when it is not told: names of sources, or the groups "
        "`bundled`, `live` and `all`, as a JSON list.",
    )
    keep_snapshots: int = Field(
        default=10, ge=2, description="How many snapshots pruning leaves, the one in force among them."
    )
    lock_timeout: float = Field(
        default=10.0, ge=0, description="Seconds to wait for another publisher before giving up."
    )
    query_timeout: float = Field(default=10.0, gt=0, description="Seconds a served query may run.")
    query_rows: int = Field(default=1000, gt=0, description="Rows a served query may return.")
    memory_limit: str = Field(default="2GB", description="Memory DuckDB may use, in DuckDB's notation.")
    threads: int = Field(default=2, ge=1, description="Threads DuckDB and the embedding may use.")
    workers: int = Field(
        default=2,
        ge=1,
        description="How many scopes are parsed side by side; the largest takes up to 1 GB of memory.",
    )
    http_timeout: float = Field(default=60.0, gt=0, description="Seconds a feed may be silent.")
    http_attempts: int = Field(default=3, ge=1, description="How often a request is sent before it failed.")
    http_backoff: float = Field(
        default=2.0,
        ge=0,
        description="Seconds before the second attempt, where the feed names none; then twice as long each.",
    )
    payload_bytes: int = Field(
        default=8 << 30, gt=0, description="Bytes an answer may have, unpacked; a larger one is refused."
    )
    mirrors: dict[str, str] = Field(
        default={},
        description="Other addresses for the feeds, as a JSON object of URL prefixes: "
        '{"https://prices.azure.com": "https://mirror.example/azure"}. '
        "A prefix ends where a part of an address does. Credentials go to a mirror too, which must be "
        "https or on this machine then.",
    )
    gcp_api_key: SecretStr | None = Field(
        default=None, description="API key of the Google Cloud Billing Catalog (free of charge)."
    )
    embedding_model: str = Field(
        default="bundled",
        description="Sentence-transformers model: `bundled` for the packaged MiniLM, or a local folder.",
    )
    embedding_device: str = Field(
        default="auto", description="Where documents are embedded: auto, cpu, cuda or mps."
    )
    log_level: str = Field(default="INFO", description="Least severe log event that is written.")

    @field_validator("mirrors")
    @classmethod
    def _addresses(cls, mirrors: dict[str, str]) -> dict[str, str]:
        for prefix, mirror in mirrors.items():
            for text, pattern in ((prefix, r"https?://[^@?#\s]*"), (mirror, r"https?://[^/?#\s][^?#\s]*")):
                if not re.fullmatch(pattern, text):
                    message = "{text} does not begin as http://… or https://… do"
                    raise PydanticCustomError("mirrors", message, {"text": text.rpartition("@")[2]})
        return mirrors


@cache
def settings() -> Settings:
    """The settings of this process; `settings.cache_clear()` makes the next call read them again.

    Raises InvalidInput naming the variable that cannot be used.
    """
    try:
        return Settings()
    except SettingsError as error:
        found = re.search(r'field "(\w+)"', str(error))
        name = found[1].upper() if found else "*"
        raise InvalidInput(f"CLOUD_PRICING_{name} is not JSON.", "Change or unset it.") from None
    except ValidationError as error:
        first = error.errors()[0]
        name = "CLOUD_PRICING_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidInput(f"{name}: {first['msg']}.", "Change or unset it.") from None
