"""Prices as the FOCUS SKU Price draft wants them: its rules hold, and each says so where one does not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.quality_batches import DAY, machine, opened_gate, price
from warehouse import build, focus_rules
from warehouse.reader import Reader
from warehouse.snapshots import WAREHOUSE, Manifest, Snapshot

NO_MACHINE: dict[str, Any] = dict.fromkeys(("instance_type", "operating_system", "tenancy"))


def bought(payment: str, amount: str, upfront: str | None = None, **changes: Any) -> dict[str, Any]:
    way = {"purchase_option": "reserved", "term_months": 36, "offering_class": "standard", **changes}
    return price(payment=payment, price=amount, upfront=upfront, **way)


def transfer(tier_from: str, tier_to: str | None, amount: str) -> dict[str, Any]:
    return price(
        category="network", sku_id="OUT-1", name="Egress", unit="gb", unit_raw="GiBy", region="global",
        tier_from=tier_from, tier_to=tier_to, price=amount, **NO_MACHINE,
    )  # fmt: skip


def token(tier_from: str, tier_to: str | None, amount: str) -> dict[str, Any]:
    about = json.dumps({"kind": "input", "model": "orator", "tier_of": "input tokens of the request"})
    return price(
        provider="openai", service="tokens", category="ai", sku_id="orator:input", name="Orator",
        unit="million_tokens", unit_raw="1M tokens", region="global", tier_from=tier_from, tier_to=tier_to,
        price=amount, attributes=about, **NO_MACHINE,
    )  # fmt: skip


def listed(amount: str) -> list[dict[str, Any]]:
    """On demand and spot, by zone, three ways of paying for three years, a plan, tiers, two currencies, tokens."""
    return [
        price(price=amount),
        price(price="0.03", purchase_option="spot", zone="us-central1-a"),
        price(price="0.5", currency="BRL"),
        price(price="0.09", price_type="contracted", service="acme"),
        price(price="0.08", offering_class="dev_test"),
        bought("no_upfront", "0.06"),
        bought("partial_upfront", "0.03", "700"),
        bought("all_upfront", "0", "1300"),
        bought(
            "no_upfront", "0.07", purchase_option="savings_plan", term_months=12, offering_class="compute"
        ),
        transfer("0", "1024", "0.12"),
        transfer("1024", None, "0.08"),
        token("0", "200000", "2"),
        token("200000", None, "4"),
    ]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A month of history of every kind of price."""
    folder = tmp_path_factory.mktemp("focus")
    with opened_gate(folder, folder / WAREHOUSE) as gate:
        build.load_sources(gate.connection, [gate.info])
        gate.load(
            listed("0.1"), [machine(accelerator="H100", accelerator_count=8.0, accelerator_memory_gib=80.0)]
        )
        gate.load(listed("0.11"), day=10)
        gate.load(listed("0.12"), day=30)
        build.derive(gate.connection)
        build.describe(gate.connection)
    return Snapshot(folder, Manifest(folder.name, datetime.now(UTC), None, "", (), (), {}, {}, {}))


@pytest.fixture
def reader(snapshot: Snapshot) -> Iterator[Reader]:
    with Reader(snapshot) as opened:
        yield opened


def rows(reader: Reader, where: str = "true", view: str = "focus_sku_prices") -> list[dict[str, Any]]:
    return reader.query(f"FROM {view} WHERE {where} ORDER BY ALL").records()


def test_every_rule_holds_on_a_real_warehouse(reader: Reader) -> None:
    findings = focus_rules.check(reader)
    assert {one.rule for one in findings if not one.passed} == set()
    assert {one.rule for one in findings} == {*BROKEN, "columns"}
    assert len(rows(reader)) == 16  # 13 prices and an upfront fee beside its hourly one, two of them past


def test_a_price_that_changed_is_one_price_point_of_periods_that_meet(reader: Reader) -> None:
    found = rows(reader, "SkuId = 'AAAA-0001' AND x_PurchaseOption = 'on_demand' AND PricingCurrency = 'USD' "
                         "AND ContractId IS NULL AND SkuPriceEligibility::VARCHAR LIKE '%Global%'")  # fmt: skip
    periods = sorted(
        (one["SkuPriceEffectiveStart"], one["SkuPriceEffectiveEnd"], one["UnitPrice"]) for one in found
    )
    first, second, third = DAY, DAY + timedelta(10), DAY + timedelta(30)
    assert periods == [
        (first, second, Decimal("0.1")),
        (second, third, Decimal("0.11")),
        (third, None, Decimal("0.12")),
    ]
    assert len({one["SkuPriceId"] for one in found}) == 1


def test_currencies_and_contracts_share_the_price_point_or_say_why_not(reader: Reader) -> None:
    (real,) = rows(reader, "PricingCurrency = 'BRL'")
    assert real["UnitPrice"] == Decimal("0.5")
    assert len(rows(reader, f"SkuPriceId = '{real['SkuPriceId']}' AND PricingCurrency = 'USD'")) == 3
    (own,) = rows(reader, "UnitPriceType = 'Contracted'")
    assert (own["ContractId"], own["UnitPrice"]) == ("acme", Decimal("0.09"))


def test_an_upfront_fee_beside_an_hourly_one_is_a_price_of_its_own(reader: Reader) -> None:
    found = {
        (one["PurchasePaymentModel"], one["PricingUnit"]): one["UnitPrice"]
        for one in rows(reader, "x_PurchaseOption = 'reserved' AND PurchaseDurationType = '3 Years'")
    }
    assert found == {
        ("No Upfront", "Hours"): Decimal("0.06"),
        ("Partial Upfront", "Hours"): Decimal("0.03"),
        ("Partial Upfront", "Units"): Decimal(700),
        ("All Upfront", "Units"): Decimal(1300),
    }
    ids = {one["SkuPriceId"] for one in rows(reader, "x_PurchaseOption = 'reserved'")}
    assert len(ids) == 4
    assert all(":36m" in one for one in ids)


def test_a_commitment_says_what_it_covers(reader: Reader) -> None:
    (plan,) = rows(reader, "CommitmentDiscountCategory = 'Spend'")
    assert plan["PurchaseDurationType"] == "1 Year"
    assert json.loads(plan["CommitmentApplicability"]) == {
        "Coverage": {"UnitPrice": 0.07},
        "InclusionOperator": "And",
        "Inclusions": [
            {"Dimension": "SkuId", "Operator": "In", "Values": ["AAAA-0001"]},
            {"Dimension": "RegionId", "Operator": "In", "Values": ["us-central1"]},
        ],
    }
    assert "0.07" in plan["CommitmentApplicability"]
    (hourly,) = rows(reader, "PurchasePaymentModel = 'No Upfront' AND CommitmentDiscountCategory = 'Usage'")
    assert json.loads(hourly["CommitmentApplicability"])["Coverage"] == {"Factor": 1}


def test_quantity_tiers_are_price_points_and_sizes_of_requests_are_no_quantity(reader: Reader) -> None:
    tiers = [
        (
            float(one["QuantityTierMinimum"]),
            one["QuantityTierMaximum"],
            one["SkuPriceId"].partition(":above")[2],
        )
        for one in rows(reader, "SkuId = 'OUT-1'")
    ]
    assert sorted(tiers, key=lambda tier: tier[0]) == [(0, 1024, ""), (1024, None, "-1024")]
    tokens = rows(reader, "SkuId = 'orator:input'")
    assert {(one["QuantityTierMinimum"], one["QuantityTierMaximum"]) for one in tokens} == {(0, None)}
    assert len({one["SkuPriceId"] for one in tokens}) == 2
    assert {one["PricingUnit"] for one in tokens} == {"1000000 Tokens"}


def test_who_may_have_a_price(reader: Reader) -> None:
    said = {one["SkuPriceEligibility"] for one in rows(reader)}
    zone = {"Dimension": "AvailabilityZone", "Operator": "In", "Values": ["us-central1-a"]}
    assert sorted(map(json.loads, said), key=str) == [
        {"InclusionOperator": "And", "Inclusions": [zone]},
        {"IsComplexScope": True},  # subscriptions for development and test
        {"IsGlobalScope": True},
    ]


def test_every_price_point_has_its_properties(reader: Reader) -> None:
    priced = {one["SkuPriceId"]: one["SkuId"] for one in rows(reader)}
    described = rows(reader, view="focus_sku_properties")
    assert {one["SkuPriceId"]: one["SkuId"] for one in described} == priced
    assert len(described) == len(priced)
    hourly = next(one for one in described if one["InstanceType"])
    assert json.loads(hourly["SkuPriceDetails"]) == {
        "CoreCount": 2, "GpuCount": 8, "InstanceSeries": "n9", "InstanceType": "n9-standard-2",
        "MemorySize": 8, "OperatingSystem": "linux", "x_GpuMemory": 80, "x_GpuModel": "H100",
        "x_Tenancy": "shared",
    }  # fmt: skip
    (orator, _) = [one for one in described if one["x_Model"]]
    assert (orator["x_Model"], orator["x_TokenKind"]) == ("orator", "input")


# What breaks each rule, and no other, in a row of one hour's use or of a three years' purchase.
PLAIN = "ChargeCategory = 'Usage' AND SkuId = 'OUT-1' AND QuantityTierMinimum = 0"
BOUGHT = "PurchasePaymentModel = 'No Upfront' AND CommitmentDiscountCategory = 'Usage'"
TWICE = "'EUR' AS PricingCurrency"
BROKEN = {
    **{f"null_{name}": (PLAIN, f"NULL AS {name}") for name in focus_rules.COLUMNS if name not in focus_rules.MAY_BE_NULL},
    "unique_key": (PLAIN, "UnitPrice + 1 AS UnitPrice"),
    "no_overlap": (PLAIN, "SkuPriceEffectiveStart + INTERVAL 1 DAY AS SkuPriceEffectiveStart"),
    "period_ends_after_start": (PLAIN, "SkuPriceEffectiveStart AS SkuPriceEffectiveEnd"),
    "updated_after_created": (PLAIN, "SkuPriceCreated - INTERVAL 1 SECOND AS SkuPriceLastUpdated"),
    "tier_ends_above_start": (PLAIN, "QuantityTierMinimum AS QuantityTierMaximum"),
    "tier_not_negative": (PLAIN, "-1 AS QuantityTierMinimum"),
    "price_not_negative": (PLAIN, "-1 AS UnitPrice"),
    "contract_unless_list": (PLAIN, "'acme' AS ContractId"),
    "duration_of_purchase": (PLAIN, "'1 Year' AS PurchaseDurationType"),
    "payment_model_of_purchase": (BOUGHT, "NULL AS PurchasePaymentModel"),
    "commitment_is_purchase": (BOUGHT, "'Usage' AS ChargeCategory, NULL AS PurchaseDurationType, NULL AS PurchasePaymentModel"),
    "applicability_of_commitment": (BOUGHT, "NULL AS CommitmentApplicability"),
    "applicability_object": (BOUGHT, """'{"IsGlobalScope": true, "Coverage": {"Factor": 1, "Discount": 1}}' AS CommitmentApplicability"""),
    "eligibility_object": (PLAIN, """'{"IsGlobalScope": tru' AS SkuPriceEligibility"""),
    "unit_of_consumable": (PLAIN, "'Consumable' AS PricingCurrencyCategory"),
    "one_sku_of_id": (PLAIN, f"'other' AS SkuId, {TWICE}"),
    "one_unit_of_id": (PLAIN, f"'Days' AS PricingUnit, {TWICE}"),
    "one_category_of_id": (PLAIN, f"'Credit' AS ChargeCategory, {TWICE}"),
    "one_tier_of_id": (PLAIN, f"7 AS QuantityTierMinimum, {TWICE}"),
    "word_ChargeCategory": (PLAIN, "'Tax' AS ChargeCategory"),
    "word_CommitmentDiscountCategory": (BOUGHT, "'Time' AS CommitmentDiscountCategory"),
    "word_PricingCurrencyCategory": (PLAIN, "'Virtual' AS PricingCurrencyCategory"),
    "word_PurchasePaymentModel": (BOUGHT, "'Monthly' AS PurchasePaymentModel"),
    "word_UnitPriceType": (PLAIN, "'Effective' AS UnitPriceType, 'acme' AS ContractId"),
    "shape_PricingCurrency": (PLAIN, "'credits' AS PricingCurrency"),
    "shape_PricingUnit": (PLAIN, "'per hour' AS PricingUnit"),
    "shape_PurchaseDurationType": (BOUGHT, "'1 Years' AS PurchaseDurationType"),
}  # fmt: skip
PAIRS = {"unique_key", "no_overlap", *(rule for rule in BROKEN if rule.startswith("one_"))}


def changed(snapshot: Snapshot, folder: Path, *statements: str) -> Reader:
    """The same snapshot with another view; the table `good` holds the rows it had."""
    shutil.copy(snapshot.warehouse, folder / snapshot.warehouse.name)
    with duckdb.connect(str(folder / snapshot.warehouse.name)) as connection:
        connection.execute("CREATE TABLE good AS FROM focus_sku_prices")
        for column in ("CommitmentApplicability", "SkuPriceEligibility"):
            connection.execute(f"ALTER TABLE good ALTER {column} TYPE VARCHAR")
        for statement in statements:
            connection.execute(statement)
    return Reader(Snapshot(folder, snapshot.manifest))


def test_each_rule_finds_the_row_that_breaks_it(snapshot: Snapshot, tmp_path: Path) -> None:
    parts = ["FROM good"]
    for rule, (where, change) in BROKEN.items():
        row = f"(SELECT * REPLACE ('broken:{rule}' AS SkuPriceId) FROM good WHERE {where} AND SkuPriceEffectiveEnd IS NULL LIMIT 1)"
        parts += [f"FROM {row}"] * (rule in PAIRS) + [f"SELECT * REPLACE ({change}) FROM {row}"]
    view = f"CREATE OR REPLACE VIEW focus_sku_prices AS {' UNION ALL '.join(parts)}"
    with changed(snapshot, tmp_path, view) as reader:
        found = {one.rule: (one.rows, one.example) for one in focus_rules.check(reader) if not one.passed}
    expected = {rule: (1, f"broken:{rule}") for rule in BROKEN}
    expected["null_SkuPriceId"] = (1, "")
    expected["no_overlap"] = (2, "broken:no_overlap")  # two of one start overlap too
    assert found == expected


def test_a_missing_column_is_all_that_is_said(snapshot: Snapshot, tmp_path: Path) -> None:
    table = 'CREATE TABLE other AS SELECT * EXCLUDE ("UnitPrice"), 1 AS "ListUnitPrice" FROM good'
    view = "CREATE OR REPLACE VIEW focus_sku_prices AS FROM other"
    with changed(snapshot, tmp_path, table, view) as reader:
        (finding,) = focus_rules.check(reader)
    assert (finding.rule, finding.passed, finding.rows, finding.example) == (
        "columns",
        False,
        2,
        "ListUnitPrice",
    )
