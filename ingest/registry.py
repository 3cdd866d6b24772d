"""The table of sources: one line each. A name is also the module, its SQL folder and its fixtures."""

from __future__ import annotations

import importlib
from typing import cast

from rapidfuzz import process

from ingest.source import Source
from warehouse.contracts import SourceInfo
from warehouse.errors import UnknownName

# fmt: off
SOURCES: tuple[SourceInfo, ...] = (
    SourceInfo("libcloud", "AWS, Azure and Google list prices in apache-libcloud", "release", 90, 50, "Apache-2.0", "https://libcloud.apache.org"),  # noqa: E501
    SourceInfo("genai_prices", "Language model prices in genai-prices", "release", 30, 40, "MIT", "https://github.com/pydantic/genai-prices"),
    SourceInfo("price_file", "Your own price lists and discounts", "daily", 400, 10, "your own", "https://focus.finops.org", ("setting:price_files",)),  # noqa: E501
)
# fmt: on

_BY_NAME = {info.name: info for info in SOURCES}


def get(name: str) -> SourceInfo:
    """One line of the table. Raises UnknownName with the nearest names."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = [match for match, score, _ in process.extract(name, list(_BY_NAME), limit=3) if score >= 60]
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Known sources: {', '.join(_BY_NAME)}."
    raise UnknownName(f"There is no source named {name!r}.", hint)


def load(name: str) -> Source:
    """The module of a source, imported now."""
    return cast(Source, importlib.import_module(f"ingest.sources.{get(name).name}"))
