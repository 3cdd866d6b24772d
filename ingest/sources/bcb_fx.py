"""The PTAX rate of Banco Central do Brasil: reais for one US dollar, every working day.

Of the two rates of a bulletin this is the one for sales (`cotacaoVenda`), which Brazilian accounting and
tax rules convert by. CotacaoDolarPeriodo names a period with months first and answers with the closing
bulletins of its days, `{"value": [{"cotacaoCompra", "cotacaoVenda", "dataHoraCotacao"}]}`, in Brasília
time; should a day have more than one, the last counts. Each fetch asks for the last 400 days, so a
correction within them is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pyarrow.compute as pc

from ingest.client import Client
from ingest.dated import speaks_for
from ingest.normalize import conformed, workspace
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope

NAME = "bcb_fx"
SERVICE = "fx"

_URL = (
    "https://olinda.bcb.gov.br/olinda/servico/PTAX/versao/v1/odata/"
    "CotacaoDolarPeriodo(dataInicial=@dataInicial,dataFinalCotacao=@dataFinalCotacao)"
)
_PERIOD = timedelta(days=400)
_COLUMNS = {"cotacaoVenda": "DECIMAL(20,10)", "dataHoraCotacao": "TIMESTAMP"}


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    return [Scope(service=SERVICE)] if SERVICE in (selection.services or (SERVICE,)) else []


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    today = datetime.now(UTC).date()
    query = {
        "@dataInicial": f"'{today - _PERIOD:%m-%d-%Y}'",
        "@dataFinalCotacao": f"'{today:%m-%d-%Y}'",
        "$format": "json",
    }
    asked = urlencode(query, safe="@$'")
    yield client.get(f"{_URL}?{asked}", "ptax.json")


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    with workspace(NAME) as room:
        room.load_items("bulletins", [payload], ("value",), _COLUMNS, required=tuple(_COLUMNS))
        rows = room.run("rates")
    rates = conformed("fx_rates", rows, currency="BRL", source=NAME)
    yield Tables(
        {"fx_rates": rates}, speaks_for(pc.max(rates["rate_date"]).as_py(), payload.record.fetched_at)
    )
