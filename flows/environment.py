"""What the environment holds: secrets, and what libraries read, set before the first of them is imported."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr

# setdefault: whoever sets one of these on purpose keeps it.
_DEFAULTS = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "False",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # a busy machine is no defect
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "TOKENIZERS_PARALLELISM": "false",
}


def with_store(store: Path) -> dict[str, str]:
    """The environment of a command that is run on another store."""
    return {**os.environ, "CLOUD_PRICING_STORE": str(store)}


def secret(name: str) -> SecretStr | None:
    """The value of a variable that a file names, because the file may not hold it; None if empty."""
    value = os.environ.get(name, "").strip()
    return SecretStr(value) if value else None


def prepare() -> None:
    """No telemetry, and no log lines between the lines of the command, which reports failures itself."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
