"""What is odd about the rates of AWS Savings Plans."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.client import Client
from ingest.source import Payload, Selection
from ingest.sources import aws_savings_plans
from tests.ingest.replay import FIXTURES, Replay
from tests.ingest.rows import Rows, one, some
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

Keep = Callable[..., list[Payload]]
COMPUTE, LEARNING = "AWSComputeSavingsPlan", "AWSMachineLearningSavingsPlans"
RECORDED = Path(__file__).resolve().parents[4] / "shared" / "pricelists" / "aws" / "bulk-api"


def parsed(keep: Keep, content: bytes, plan: str = COMPUTE, region: str = "us-east-1") -> Any:
    scope = Scope("aws", plan, (region,), ("savings_plan",))
    (tables,) = aws_savings_plans.parse(keep("aws_savings_plans", scope, {"index.csv": content}))
    return tables


@pytest.fixture
def rows(keep: Keep) -> Callable[..., Rows]:
    def of(plan: str = COMPUTE) -> Rows:
        content = (FIXTURES / "aws_savings_plans" / f"{plan}-us-east-1.csv").read_bytes()
        listed: Rows = parsed(keep, content, plan).tables["prices"].to_pylist()
        return listed

    return of


def test_usage_and_operation_say_which_machine_it_is(rows: Callable[..., Rows]) -> None:
    year = some(rows(), offering_class="compute", term_months=12, payment="no_upfront", unit="hour")
    found = {(row["instance_type"], row["operating_system"], row["tenancy"]): row["price"] for row in year}
    assert {key: price for key, price in found.items() if key[0]} == {
        ("m5.large", "linux", "shared"): Decimal("0.07"),
        ("m5.large", "windows", "shared"): Decimal("0.162"),
        ("m5.large", "byol", "shared"): Decimal("0.07"),
        ("m5.large", "rhel", "shared"): Decimal("0.0988"),
        ("m5.large", "rhel_ha", "shared"): Decimal("0.133"),
        ("m5.large", "suse", "shared"): Decimal("0.1263"),
        ("m5.large", "ubuntu_pro", "shared"): Decimal("0.0735"),
        ("m5.large", "linux", "dedicated"): Decimal("0.074"),
        ("m5", "linux", "host"): Decimal("3.7"),
    }


def test_the_same_machine_under_each_plan_keeps_its_sku(rows: Callable[..., Rows]) -> None:
    linux = some(rows(), instance_type="m5.large", operating_system="linux", tenancy="shared")
    assert {
        (row["offering_class"], row["term_months"], row["payment"], row["price"], row["upfront"])
        for row in linux
    } == {
        ("compute", 12, "no_upfront", Decimal("0.07"), None),
        ("compute", 36, "all_upfront", Decimal("0.049"), None),
        ("ec2_instance", 12, "partial_upfront", Decimal("0.0602"), None),
    }
    assert len({row["sku_id"] for row in linux}) == 1
    family = json.loads(one(linux, offering_class="ec2_instance")["attributes"])["family"]
    assert family == "m5"
    assert {row["effective_from"] for row in linux} == {datetime(2026, 6, 5, 18, 51, 13, tzinfo=UTC)}


def test_containers_and_functions_are_priced_by_their_own_units(rows: Callable[..., Rows]) -> None:
    prices = {json.loads(row["attributes"])["usage_type"]: row for row in rows()}
    assert prices["Fargate-vCPU-Hours:perCPU"]["instance_type"] is None
    duration = prices["Lambda-GB-Second"]
    assert (duration["unit"], duration["price"]) == ("gb_hour", Decimal("0.05280012"))
    assert prices["Request"]["unit"] == "request"


def test_what_another_region_costs_is_left_to_its_file(rows: Callable[..., Rows]) -> None:
    assert Decimal("0.084") not in {row["price"] for row in rows()}


def test_machines_of_sagemaker_are_no_ec2_machines(rows: Callable[..., Rows]) -> None:
    prices = rows(LEARNING)
    assert {(row["category"], row["instance_type"], row["offering_class"]) for row in prices} == {
        ("ai", "ml.g5.xlarge", "machine_learning")
    }
    assert len({row["sku_id"] for row in prices}) == 2


def test_the_region_index_is_a_list_and_the_csv_lies_beside_the_json(
    replayed: Callable[[str], Replay],
) -> None:
    replayed("aws_savings_plans")
    with Client(()) as client:
        found = list(aws_savings_plans.scopes(client, Selection()))
        assert [(scope.service, scope.regions) for scope in found] == [
            (COMPUTE, ("sa-east-1",)), (COMPUTE, ("us-east-1",)), (LEARNING, ("us-east-1",)),
        ]  # fmt: skip
        assert len(list(aws_savings_plans.scopes(client, Selection(("us-east-1",), (COMPUTE,))))) == 1
        assert list(aws_savings_plans.scopes(client, Selection(("eastus",)))) == []
        (fetched,) = aws_savings_plans.fetch(client, found[0])
    assert fetched.url.endswith("/AWSComputeSavingsPlan/20261118184447/sa-east-1/index.csv")


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"regions": {}}', b'{"regions": [{}]}', b"not json"])
def test_an_index_of_another_shape_is_refused(replayed: Callable[[str], Replay], content: bytes) -> None:
    server = replayed("aws_savings_plans")
    server.fault = lambda request, response: type(response)(200, content, {})
    with Client(()) as client, pytest.raises(PayloadInvalid):
        list(aws_savings_plans.scopes(client, Selection()))


def test_a_file_without_its_date_or_a_column_is_refused(keep: Keep) -> None:
    content = (FIXTURES / "aws_savings_plans" / f"{COMPUTE}-us-east-1.csv").read_bytes()
    assert parsed(keep, content).as_of == datetime(2026, 11, 18, 18, 44, 47, tzinfo=UTC)
    for column in (b"Publication Date", b"DiscountedUsageType", b"DiscountedRate"):
        with pytest.raises(PayloadInvalid):
            parsed(keep, content.replace(column, b"Another"))


def test_a_recorded_file(keep: Keep) -> None:
    """44 rates of one real plan: 21 of them price capacity reservations."""
    file = RECORDED / "2025-10_ec2-priceit" / "5-ap-east-2-savingsplan-pricing.csv.gz"
    if not file.is_file():
        pytest.skip("the recorded price lists are not on this machine")
    tables = parsed(keep, gzip.decompress(file.read_bytes()), region="ap-east-2")
    prices = tables.tables["prices"].to_pylist()
    assert tables.as_of == datetime(2025, 9, 11, 18, 44, 47, tzinfo=UTC)
    assert len(prices) == 23
    assert {row["offering_class"] for row in prices} == {"ec2_instance"}
    assert {row["operating_system"] for row in prices} == {"linux", "rhel", "rhel_ha", "suse", "ubuntu_pro"}
    found = one(prices, instance_type="r7g.2xlarge", operating_system="linux", tenancy="shared")
    assert (found["sku_id"], found["price"], found["term_months"], found["payment"]) == (
        "3AFPUQMRGQYZT63S", Decimal("0.1954"), 36, "partial_upfront",
    )  # fmt: skip
    assert one(prices, tenancy="host")["instance_type"] == "r7g"


def test_the_recorded_index_of_services_names_the_plans_that_are_read() -> None:
    file = RECORDED / "2025-10_ec2-priceit" / "1-global-service-index.json.gz"
    if not file.is_file():
        pytest.skip("the recorded price lists are not on this machine")
    offers = json.loads(gzip.decompress(file.read_bytes()))["offers"].values()
    paths = {one["currentSavingsPlanIndexUrl"] for one in offers if "currentSavingsPlanIndexUrl" in one}
    assert paths == {
        f"/savingsPlan/v1.0/aws/{plan}/current/region_index.json" for plan in (COMPUTE, LEARNING)
    }
