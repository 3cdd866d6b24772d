"""What is odd about AWS's keyless spot feeds."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Payload, Selection
from ingest.sources import aws_spot
from tests.ingest.conftest import FETCHED_AT
from tests.ingest.replay import FIXTURES, Replay, Request, Response
from warehouse.contracts import Scope
from warehouse.errors import InvalidInput, PayloadInvalid, SourceUnavailable

Rows = list[dict[str, Any]]
PRICES = Scope("aws", "AmazonEC2", None, ("spot",))
BANDS = Scope("aws", "SpotAdvisor")
SPOT = (FIXTURES / "aws_spot" / "spot.json").read_bytes()
ADVISOR = (FIXTURES / "aws_spot" / "spot-advisor-data.json").read_bytes()
RECORDED = Path(__file__).resolve().parents[4] / "shared" / "pricelists" / "aws"

Parsed = Callable[..., Rows]


@pytest.fixture
def parsed(keep: Callable[[str, Scope, dict[str, bytes]], list[Payload]]) -> Parsed:
    """The rows of one table that a document becomes."""

    def of(content: bytes, scope: Scope = PRICES, table: str = "prices") -> Rows:
        (tables,) = aws_spot.parse(keep("aws_spot", scope, {"feed.json": content}))
        rows: Rows = tables.tables[table].to_pylist()
        return rows

    return of


def one(rows: Iterable[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return found


def listed(*sizes: tuple[str, str], region: str = "us-east-1") -> bytes:
    """A feed of one region with Linux prices, each size under a heading of its own."""
    headings = [
        {
            "type": "any",
            "sizes": [{"size": size, "valueColumns": [{"name": "linux", "prices": {"USD": usd}}]}],
        }
        for size, usd in sizes
    ]
    return json.dumps({"config": {"regions": [{"region": region, "instanceTypes": headings}]}}).encode()


def test_old_region_names_become_todays(parsed: Parsed) -> None:
    assert {row["region"] for row in parsed(SPOT)} == {
        "us-east-1", "us-west-2", "sa-east-1", "eu-west-1", "ap-northeast-1", "us-west-2-lax-1",
    }  # fmt: skip
    assert parsed(listed(("m6i.large", "0.04"), region="moon-1"))[0]["region"] == "moon-1"


def test_a_price_has_its_digits_and_no_zone(parsed: Parsed) -> None:
    found = one(parsed(SPOT), region="us-east-1", instance_type="c7i.2xlarge", operating_system="windows")
    assert (found["price"], found["zone"], found["purchase_option"]) == (Decimal("0.25"), None, "spot")
    assert found["sku_id"] == "spot/c7i.2xlarge/windows"


def test_not_available_is_no_price_and_zero_is_the_gates(parsed: Parsed) -> None:
    prices = parsed(SPOT)
    assert not [
        row for row in prices if (row["instance_type"], row["operating_system"]) == ("m7g.xlarge", "windows")
    ]
    assert not [
        row for row in prices if (row["instance_type"], row["region"]) == ("g6.12xlarge", "ap-northeast-1")
    ]
    assert one(prices, instance_type="t3.micro", region="sa-east-1", operating_system="linux")["price"] == 0


def test_a_machine_under_two_headings_is_one_price_and_the_higher(parsed: Parsed) -> None:
    one(parsed(SPOT), instance_type="g5.xlarge", region="us-west-2", operating_system="linux")
    differing = parsed(listed(("g5.xlarge", "0.41"), ("g5.xlarge", "0.52"), ("g5.xlarge", "N/A*")))
    assert [row["price"] for row in differing] == [Decimal("0.52")]


def test_a_script_is_read_like_the_document_it_holds(parsed: Parsed) -> None:
    assert len(parsed(b"callback(" + SPOT.strip() + b");")) == len(parsed(SPOT)) > 60


@pytest.mark.parametrize(
    "content",
    [
        listed(("m6i.large", "dear")),
        listed(("m6i.large", "1")).replace(b'"USD"', b'"EUR"'),
        listed(("m6i.large", "1")).replace(b'"instanceTypes"', b'"types"'),
        b'{"config": {}}',
        SPOT[:2000],
    ],
)
def test_a_feed_of_another_shape_is_refused(parsed: Parsed, content: bytes) -> None:
    with pytest.raises(PayloadInvalid):
        parsed(content)


def test_bands_have_the_bounds_their_labels_say(parsed: Parsed) -> None:
    bands = parsed(ADVISOR, BANDS, "interruptions")
    assert {(row["percent_from"], row["percent_to"]) for row in bands} == {
        (0, 5), (5, 10), (10, 15), (15, 20), (20, None),
    }  # fmt: skip
    found = one(bands, region="us-east-1", instance_type="g5.xlarge", operating_system="linux")
    assert (found["percent_from"], found["percent_to"], found["saving_percent"]) == (20, None, 44.0)
    assert min(row["saving_percent"] for row in bands) == -4  # spot costs more there
    relabelled = ADVISOR.replace(b'"label": "5-10%"', b'"label": "6-12%"')
    assert (6, 12) in {
        (row["percent_from"], row["percent_to"]) for row in parsed(relabelled, BANDS, "interruptions")
    }


def test_machines_have_memory_in_gib(parsed: Parsed) -> None:
    found = one(parsed(ADVISOR, BANDS, "instance_types"), instance_type="i2.xlarge")
    assert (found["family"], found["vcpus"], found["memory_gib"]) == ("i2", 4, 30.5)
    assert found["accelerator"] is None  # the feed does not say


@pytest.mark.parametrize("key", ["ranges", "spot_advisor", "instance_types", "index", "r", "s", "cores"])
def test_bands_without_a_part_are_refused(parsed: Parsed, key: str) -> None:
    with pytest.raises(PayloadInvalid):
        parsed(ADVISOR.replace(f'"{key}"'.encode(), b'"renamed"'), BANDS, "interruptions")


def test_prices_and_bands_are_scopes_of_their_own() -> None:
    assert aws_spot.scopes(Client(()), Selection()) == [PRICES, BANDS]
    assert aws_spot.scopes(Client(()), Selection(services=("SpotAdvisor", "AmazonRDS"))) == [BANDS]


def test_regions_narrow_scopes_and_rows(parsed: Parsed) -> None:
    chosen = Selection(regions=("eu-west-1", "westeurope"))
    prices, bands = aws_spot.scopes(Client(()), chosen)
    assert (prices.regions, bands.regions) == (("eu-west-1",), ("eu-west-1",))
    assert {row["region"] for row in parsed(SPOT, prices)} == {"eu-west-1"}
    assert {row["region"] for row in parsed(ADVISOR, bands, "interruptions")} == {"eu-west-1"}
    assert aws_spot.scopes(Client(()), Selection(regions=("westeurope",))) == []
    with pytest.raises(InvalidInput, match="Did you mean eu-west-1"):
        aws_spot.scopes(Client(()), Selection(regions=("eu-wset-1",)))


def test_one_feed_missing_costs_the_other_nothing(
    replayed: Callable[[str], Replay], landing: Landing
) -> None:
    def no_prices(request: Request, response: Response) -> Response:
        return Response(500) if "spot.json" in request.url else response

    replayed("aws_spot").fault = no_prices
    with Client(()) as client:
        with pytest.raises(SourceUnavailable):
            list(aws_spot.fetch(client, PRICES))
        (fetched,) = aws_spot.fetch(client, BANDS)
        payload = landing.keep("aws_spot", BANDS, fetched, FETCHED_AT)
    (tables,) = aws_spot.parse([payload])
    assert set(tables.tables) == {"interruptions", "instance_types"}


def days(folder: str, name: str) -> Sequence[Path]:
    return sorted((RECORDED / folder).rglob(name))


@pytest.mark.skipif(not days("spot-json", "spot.json.gz"), reason="no recorded spot feeds beside the project")
def test_recorded_days_give_every_price_once(parsed: Parsed) -> None:
    for path in [*days("spot-json", "spot.json.gz"), *days("spot-advisor", "spot-price-test-data.json.gz")]:
        content = gzip.decompress(path.read_bytes())
        cells = [
            (region["region"], size["size"], cell["name"], cell["prices"]["USD"])
            for region in json.loads(content)["config"]["regions"]
            for heading in region["instanceTypes"]
            for size in heading["sizes"]
            for cell in size["valueColumns"]
        ]
        priced = {cell for cell in cells if cell[3] != "N/A*"}
        prices = parsed(content)
        assert len(prices) == len(priced) > 2_900, path
        assert Counter(row["price"] for row in prices) == Counter(Decimal(cell[3]) for cell in priced)


@pytest.mark.skipif(not days("spot-advisor", "*.gz"), reason="no recorded spot feeds beside the project")
def test_recorded_bands_are_all_read(parsed: Parsed) -> None:
    for path in days("spot-advisor", "spot-advisor-data.json.gz"):
        content = gzip.decompress(path.read_bytes())
        document = json.loads(content)
        machines = [by for systems in document["spot_advisor"].values() for by in systems.values()]
        bands = parsed(content, BANDS, "interruptions")
        assert len(bands) == sum(map(len, machines)) > 7_000
        highest = sum(band["r"] == 4 for by in machines for band in by.values())
        assert sum(row["percent_to"] is None for row in bands) == highest
        assert len(parsed(content, BANDS, "instance_types")) == len(document["instance_types"])
