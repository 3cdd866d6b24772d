"""The structured log: one JSON line per event, in the store's `logs/` folder.

Every line carries timestamp, level, component and event; `bind(run_id=…)` adds fields to all later
lines of the same context. Nothing is written before `configure` is called; keys and personal data never are.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, cast

import structlog

from warehouse.masking import masked_all

_ROOT_NAME = "cloud_pricing"
_LIMIT_BYTES = 10 * 1024 * 1024
_KEPT_FILES = 5


class _Line(logging.Formatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Nothing: it is in the event's own line, masked."""
        return ""


def configure(folder: Path, level: str = "INFO") -> None:
    """Append to `folder`/cloud-pricing.jsonl, rotated at 10 MiB, five files kept."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "cloud-pricing.jsonl"
    handler = RotatingFileHandler(
        path, maxBytes=_LIMIT_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(_Line("%(message)s"))
    root = logging.getLogger(_ROOT_NAME)
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level.upper())
    root.propagate = False


def get_logger(component: str) -> structlog.stdlib.BoundLogger:
    logger = structlog.wrap_logger(
        logging.getLogger(f"{_ROOT_NAME}.{component}"),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _masked,
            structlog.processors.JSONRenderer(sort_keys=True, default=str),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
        component=component,
    )
    return cast(structlog.stdlib.BoundLogger, logger)


def _masked(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    masked: dict[str, Any] = masked_all(event)
    return masked


def bind(**fields: Any) -> None:
    structlog.contextvars.bind_contextvars(**fields)


logging.getLogger(_ROOT_NAME).addHandler(logging.NullHandler())
