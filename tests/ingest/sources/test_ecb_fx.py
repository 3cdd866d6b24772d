"""What is odd about the European Central Bank's rates."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from ingest.client import Client
from ingest.source import Payload, Selection, Tables
from ingest.sources import ecb_fx
from tests.ingest.replay import FIXTURES
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

SCOPE = Scope(service="fx")
ARCHIVE = (FIXTURES / "ecb_fx" / "eurofxref-hist.zip").read_bytes()
SHEET = zipfile.ZipFile(io.BytesIO(ARCHIVE)).read("eurofxref-hist.csv").decode()

Parsed = Callable[[bytes], Tables]


@pytest.fixture
def parsed(keep: Callable[[str, Scope, dict[str, bytes]], list[Payload]]) -> Parsed:
    def of(archive: bytes) -> Tables:
        (tables,) = ecb_fx.parse(keep("ecb_fx", SCOPE, {"eurofxref-hist.zip": archive}))
        return tables

    return of


def packed(sheet: str, name: str = "eurofxref-hist.csv") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, sheet)
    return file.getvalue()


def rates(tables: Tables, day: date) -> dict[str, Decimal]:
    listed = tables.tables["fx_rates"].to_pylist()
    return {row["currency"]: row["units_per_usd"] for row in listed if row["rate_date"] == day}


def test_a_rate_is_that_of_the_euro_over_the_dollars(parsed: Parsed) -> None:
    found = rates(parsed(ARCHIVE), date(2026, 11, 20))
    assert found["BRL"] == (Decimal("6.1903") / Decimal("1.1612")).quantize(Decimal("1e-10"))
    assert found["EUR"] == (1 / Decimal("1.1612")).quantize(Decimal("1e-10"))
    assert found["USD"] == 1


def test_every_cell_is_a_rate_but_not_available(parsed: Parsed) -> None:
    table = parsed(ARCHIVE).tables["fx_rates"]
    days = SHEET.splitlines()[1:]
    cells = [cell for line in days for cell in line.split(",")[1:-1] if cell != "N/A"]
    assert table.num_rows == len(cells) + len(days)  # and the euro itself


def test_currencies_that_are_no_more_keep_their_days(parsed: Parsed) -> None:
    tables = parsed(ARCHIVE)
    first, latest = rates(tables, date(1999, 1, 4)), rates(tables, date(2026, 11, 20))
    assert first["TRL"] == (Decimal(372274) / Decimal("1.1789")).quantize(Decimal("1e-10"))
    assert {"EEK", "SIT", "ROL"} <= first.keys()
    assert not {"EEK", "SIT", "ROL", "HRK", "RUB", "BGN"} & latest.keys()


def test_the_list_speaks_for_its_last_day(parsed: Parsed) -> None:
    assert parsed(ARCHIVE).as_of == datetime(2026, 11, 20, tzinfo=UTC)
    still_to_come = parsed(packed("Date,USD,JPY,\n2099-01-05,1.1,170,\n2026-11-20,1.1,170,\n"))
    assert still_to_come.as_of is None
    assert date(2099, 1, 5) in still_to_come.tables["fx_rates"]["rate_date"].to_pylist()


def test_a_new_currency_is_read_and_another_column_is_refused(parsed: Parsed) -> None:
    found = rates(parsed(packed("Date,USD,XYZ,\n2026-11-20,2,5,\n")), date(2026, 11, 20))
    with pytest.raises(PayloadInvalid, match="column 'Note', which is no currency"):
        parsed(packed("Date,USD,Note,\n2026-11-20,2,5,\n"))
    assert found == {"USD": 1, "EUR": Decimal("0.5"), "XYZ": Decimal("2.5")}


def test_a_doubled_day_is_one_and_bad_rates_are_the_gates(parsed: Parsed) -> None:
    twice = parsed(packed("Date,USD,JPY,BRL,\n2026-11-20,2,0,-4,\n2026-11-20,2,0,-4,\n"))
    assert twice.tables["fx_rates"].num_rows == 4
    assert rates(twice, date(2026, 11, 20)) == {"USD": 1, "EUR": Decimal("0.5"), "JPY": 0, "BRL": -2}


@pytest.mark.parametrize(
    "archive",
    [
        packed("Date,USD,JPY,\n2026-11-20,1.1,many,\n"),
        packed("Date,USD,JPY,\n2026-11-20,N/A,170,\n2026-11-19,1.1,170,\n"),
        packed("Date,USD,JPY,\n2026-11-20,0,170,\n"),
        packed("Date,USD,JPY,\nyesterday,1.1,170,\n"),
        packed("Date,JPY,\n2026-11-20,170,\n"),
        packed("Day,USD,\n2026-11-20,1.1,\n"),
        packed("Date,USD,JPY,\n2026-11-20,1.1,\n"),
        packed("Date,USD,JPY,\n"),
        packed(""),
        packed(SHEET, "another.csv"),
        ARCHIVE[:-60],
        b"no archive",
    ],
)
def test_an_archive_of_another_shape_is_refused(parsed: Parsed, archive: bytes) -> None:
    with pytest.raises(PayloadInvalid):
        parsed(archive)


def test_no_float_comes_between(parsed: Parsed) -> None:
    exact = rates(parsed(packed("Date,USD,IDR,\n2026-11-20,3,99999999.9999999999,\n")), date(2026, 11, 20))
    assert exact["IDR"] == Decimal("33333333.3333333333")
    assert parsed(ARCHIVE).tables["fx_rates"]["units_per_usd"].type == pa.decimal128(20, 10)


def test_services_select_the_scope() -> None:
    assert ecb_fx.scopes(Client(()), Selection(regions=("us-east-1",))) == [SCOPE]
    assert ecb_fx.scopes(Client(()), Selection(services=("AmazonEC2",))) == []
