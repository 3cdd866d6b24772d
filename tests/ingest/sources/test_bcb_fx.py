"""What is odd about the PTAX rate."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ingest.client import Client
from ingest.source import Payload, Selection, Tables
from ingest.sources import bcb_fx
from tests.ingest.replay import FIXTURES, Replay
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

SCOPE = Scope(service="fx")
ANSWER = (FIXTURES / "bcb_fx" / "ptax.json").read_bytes()

Parsed = Callable[[bytes], Tables]


@pytest.fixture
def parsed(keep: Callable[[str, Scope, dict[str, bytes]], list[Payload]]) -> Parsed:
    def of(answer: bytes) -> Tables:
        (tables,) = bcb_fx.parse(keep("bcb_fx", SCOPE, {"ptax.json": answer}))
        return tables

    return of


def rates(tables: Tables) -> dict[date, Decimal]:
    listed = tables.tables["fx_rates"].to_pylist()
    assert {row["currency"] for row in listed} == {"BRL"}
    return {row["rate_date"]: row["units_per_usd"] for row in listed}


def answered(*bulletins: str) -> bytes:
    return ('{"@odata.context": "x", "value": [' + ",".join(bulletins) + "]}").encode()


def bulletin(rate: str, moment: str) -> str:
    return f'{{"cotacaoCompra": 1, "cotacaoVenda": {rate}, "dataHoraCotacao": "{moment}"}}'


def test_the_rate_is_that_of_sales_at_the_end_of_the_day(parsed: Parsed) -> None:
    tables = parsed(ANSWER)
    assert rates(tables)[date(2026, 11, 20)] == Decimal("5.3297")  # not the morning's, not the buyers'
    assert tables.as_of == datetime(2026, 11, 20, tzinfo=UTC)
    assert len(rates(tables)) == tables.tables["fx_rates"].num_rows == 20


def test_the_order_of_bulletins_does_not_matter(parsed: Parsed) -> None:
    day = bulletin("5.2", "2026-11-20 13:04:00.0"), bulletin("5.1", "2026-11-20 10:04:00.123456")
    for order in (day, day[::-1]):
        assert rates(parsed(answered(*order))) == {date(2026, 11, 20): Decimal("5.2")}


def test_the_last_400_days_are_asked_for_month_first(replayed: Callable[[str], Replay]) -> None:
    server = replayed("bcb_fx")
    with Client(()) as client:
        (fetched,) = bcb_fx.fetch(client, SCOPE)
    (request,) = server.requests
    today = datetime.now(UTC).date()
    first = today - timedelta(days=400)
    assert request.query["@dataInicial"] == f"'{first:%m-%d-%Y}'"
    assert request.query["@dataFinalCotacao"] in (
        f"'{today:%m-%d-%Y}'",
        f"'{today - timedelta(days=1):%m-%d-%Y}'",
    )
    assert "(dataInicial=@dataInicial,dataFinalCotacao=@dataFinalCotacao)?@dataInicial='" in request.url
    assert fetched.url == request.url


def test_days_to_come_and_rates_below_zero_are_the_gates(parsed: Parsed) -> None:
    tables = parsed(answered(bulletin("-5.2", "2026-11-20 13:04:00"), bulletin("0", "2099-01-05 13:04:00")))
    assert rates(tables) == {date(2026, 11, 20): Decimal("-5.2"), date(2099, 1, 5): 0}
    assert tables.as_of is None


@pytest.mark.parametrize(
    "answer",
    [
        answered(),
        answered(bulletin('"dear"', "2026-11-20 13:04:00")),
        answered(bulletin("null", "2026-11-20 13:04:00"), bulletin("5.1", "2026-11-20 10:04:00")),
        answered(bulletin("5.2", "yesterday")),
        answered(bulletin("5.2", "2026-11-20 13:04:00")).replace(b"cotacaoVenda", b"venda"),
        b'{"codigo": 500, "mensagem": "Erro"}',
        ANSWER[:300],
    ],
)
def test_an_answer_of_another_shape_is_refused(parsed: Parsed, answer: bytes) -> None:
    with pytest.raises(PayloadInvalid):
        parsed(answer)


def test_services_select_the_scope() -> None:
    assert bcb_fx.scopes(Client(()), Selection()) == [SCOPE]
    assert bcb_fx.scopes(Client(()), Selection(services=("tokens",))) == []
