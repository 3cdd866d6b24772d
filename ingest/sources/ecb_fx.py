"""Euro reference rates of the European Central Bank, every working day since 1999, as units for one dollar.

`eurofxref-hist.zip` holds one CSV, the latest day first: `Date`, a column a currency with its units for
one euro, and a last comma with nothing after it. "N/A" stands where a currency had no rate that day, or is
no more. A currency's units for one dollar are its rate over the dollar's, rounded to ten places, the euro's
own one over the dollar's. Rates are for information, fixed at about 14:15 and published at about 16:00 CET.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from ingest import wire
from ingest.client import Client
from ingest.dated import speaks_for
from ingest.normalize import conformed, workspace
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

NAME = "ecb_fx"
SERVICE = "fx"

_URL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"
_MEMBER = "eurofxref-hist.csv"
_CURRENCY = re.compile(r"[A-Z]{3}")
_ALWAYS = ("Date", "USD")


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    return [Scope(service=SERVICE)] if SERVICE in (selection.services or (SERVICE,)) else []


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    yield client.get(_URL, "eurofxref-hist.zip")


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    with wire.unzipped(payload, _MEMBER) as sheet, workspace(NAME) as room:
        columns = _columns(sheet)
        room.load(
            "sheet",
            wire.csv_rows(sheet, columns, optional=[*columns.keys() - _ALWAYS], null_values=("N/A", "")),
        )
        rows = room.run("rates")
    if not rows.num_rows:
        raise PayloadInvalid(f"{_MEMBER} has no rates.", "The last good data stays in force.")
    rates = conformed("fx_rates", rows, source=NAME)
    yield Tables(
        {"fx_rates": rates}, speaks_for(pc.max(rates["rate_date"]).as_py(), payload.record.fetched_at)
    )


def _columns(sheet: BinaryIO) -> dict[str, pa.DataType]:
    """The date and the currencies of the header, as text; `sheet` is then at its start again."""
    header = next(csv.reader([sheet.readline().decode("utf-8-sig", "replace")]), [])
    sheet.seek(0)
    named = [name for name in header if _CURRENCY.fullmatch(name)]
    strange = [name for name in header if name.strip() and name != "Date" and name not in named]
    if strange:
        raise PayloadInvalid(
            f"{_MEMBER} has a column {strange[0][:20]!r}, which is no currency.",
            "The last good data stays in force.",
        )
    if "Date" not in header or "USD" not in named:
        raise PayloadInvalid(f"{_MEMBER} has no column Date or USD.", "The last good data stays in force.")
    return dict.fromkeys(("Date", *named), pa.string())
