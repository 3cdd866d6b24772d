"""Paths and limits, read once from the environment (prefix CLOUD_PRICING_)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from warehouse.errors import InvalidInput

_ROOT = Path(__file__).resolve().parent.parent
_PERIODS = ("hourly", "daily", "weekly", "monthly")


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
    keep_spot_days: int = Field(
        default=0,
        ge=0,
        description="For how many days every change of spot and market prices is kept; of older days "
        "`spot_daily` keeps low, median, high and volatility. 0 keeps all. List prices are always kept.",
    )
    lock_timeout: float = Field(
        default=10.0, ge=0, description="Seconds to wait for another publisher before giving up."
    )
    query_timeout: float = Field(default=10.0, gt=0, description="Seconds a served query may run.")
    query_rows: int = Field(default=1000, gt=0, description="Rows a served query may return.")
    export_timeout: float = Field(
        default=1800.0, gt=0, description="Seconds the query of an export or a check of all rows may run."
    )
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
        default="auto",
        description="Where documents are embedded: auto (the GPUs that are there, else the CPU), cpu, cuda, "
        "mps, or several with commas between them, such as `cuda:0,cuda:1` or `cpu,cpu`; these share the "
        "work where there is more than a minute of it.",
    )
    embedding_precision: Literal["float32", "int8", "binary"] = Field(
        default="int8",
        description="How exactly vectors are kept: float32, int8 (a fourth of the size, finds as much), or "
        "binary (a thirty-second; finds less). Another precision embeds all documents anew.",
    )
    embedding_dimensions: int = Field(
        default=0,
        ge=0,
        description="To how many dimensions vectors are reduced, by PCA over all documents; 0 keeps those of "
        "the model. Another number embeds all documents anew.",
    )
    embedding_queries: Literal["auto", "onnx", "torch"] = Field(
        default="auto",
        description="What embeds questions: onnx (the packaged MiniLM, in milliseconds and without torch), "
        "torch (the model of the documents), or auto: onnx where the model is the packaged one.",
    )
    chroma_urls: tuple[str, ...] = Field(
        default=(),
        description="Chroma servers that hold the vectors, as a JSON list of URLs; collections are spread "
        "over them by provider. Empty: vectors are in the snapshot's own folder. Credentials may not be in "
        "them.",
    )
    backup_url: str = Field(
        default="",
        description="Where backups go: a folder, or an fsspec URL such as `s3://bucket/prices`. Empty: "
        "`backups` in the store, which is on the store's own disk and lost with it.",
    )
    backup_key: SecretStr | None = Field(
        default=None,
        description="Passphrase, or random bytes as text, that new backups are encrypted with. "
        "Without it nobody can read them.",
    )
    backup_key_file: Path | None = Field(
        default=None, description="File that holds the passphrase, in place of `CLOUD_PRICING_BACKUP_KEY`."
    )
    backup_keep: dict[str, int] = Field(
        default={"hourly": 24, "daily": 7, "weekly": 5, "monthly": 12},
        description="How many backups pruning keeps: of that many last hours, days, weeks and months that "
        "have one, the newest of each; as a JSON object.",
    )
    backup_payloads: bool = Field(
        default=True, description="Whether backups hold the payloads, what `refresh --replay` reads."
    )
    alerts: str = Field(
        default="",
        description="File of the rules for alerts. Empty: `alerts.toml` in the store, where there is one.",
    )
    log_level: str = Field(default="INFO", description="Least severe log event that is written.")
    traces: str = Field(
        default="",
        description="Where OpenTelemetry traces go: `console` (standard error), or an OTLP/HTTP address such "
        "as `http://localhost:4318/v1/traces`, which needs the extra `otlp`. Empty: there are none.",
    )
    traces_text: bool = Field(
        default=False, description="Whether traces hold questions and SQL; keys and personal data are masked."
    )

    @field_validator("memory_limit")
    @classmethod
    def _amount(cls, text: str) -> str:
        if not re.fullmatch(r"(?i)\d+(\.\d+)?\s*([kmgt]i?)?b", text.strip()):
            raise PydanticCustomError("amount", "{text} is no amount such as 2GB or 512MiB", {"text": text})
        return text

    @field_validator("backup_keep")
    @classmethod
    def _periods(cls, keep: dict[str, int]) -> dict[str, int]:
        for period, count in keep.items():
            if period not in _PERIODS:
                message = "{text} is no period; they are hourly, daily, weekly and monthly"
                raise PydanticCustomError("period", message, {"text": period})
            if count < 0:
                raise PydanticCustomError("period", "{text} is less than none", {"text": f"{period} {count}"})
        return keep

    @field_validator("chroma_urls")
    @classmethod
    def _servers(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            if not re.fullmatch(r"https?://[^/@?#\s]+(/[^@?#\s]*)?", url):
                message = "{text} does not begin as http://… or https://… do, or holds more than an address"
                raise PydanticCustomError("servers", message, {"text": url.rpartition("@")[2]})
        return tuple(dict.fromkeys(url.rstrip("/") for url in urls))

    @field_validator("mirrors")
    @classmethod
    def _addresses(cls, mirrors: dict[str, str]) -> dict[str, str]:
        for prefix, mirror in mirrors.items():
            for text, pattern in ((prefix, r"https?://[^@?#\s]*"), (mirror, r"https?://[^/?#\s][^?#\s]*")):
                if not re.fullmatch(pattern, text):
                    message = "{text} does not begin as http://… or https://… do"
                    raise PydanticCustomError("mirrors", message, {"text": text.rpartition("@")[2]})
        return mirrors


_Settings = TypeVar("_Settings", bound=BaseSettings)


def read(kind: type[_Settings]) -> _Settings:
    """Settings out of the environment. Raises InvalidInput naming the variable that cannot be used."""
    try:
        return kind()
    except SettingsError as error:
        found = re.search(r'field "(\w+)"', str(error))
        name = found[1].upper() if found else "*"
        raise InvalidInput(f"CLOUD_PRICING_{name} is not JSON.", "Change or unset it.") from None
    except ValidationError as error:
        first = error.errors()[0]
        name = "CLOUD_PRICING_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidInput(f"{name}: {first['msg']}.", "Change or unset it.") from None


@cache
def settings() -> Settings:
    """The settings of this process; `settings.cache_clear()` makes the next call read them again.

    Raises InvalidInput naming the variable that cannot be used.
    """
    return read(Settings)
