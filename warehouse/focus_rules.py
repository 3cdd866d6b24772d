"""The rules of the FOCUS SKU Price draft as expectations, tried on the view `focus_sku_prices`.

As in the gate, SQL (`sql/focus/`) measures the rows where they are, and Great Expectations judges small
frames of what was found: memory does not grow with the number of prices. The rules are those of FOCUS_Spec
pull request 2424 at `DRAFT`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from warehouse.examiner import examiner
from warehouse.expectations import Rule
from warehouse.statements import statement

if TYPE_CHECKING:
    from warehouse.reader import Reader

DRAFT = "0078d79"
COLUMNS = (
    "ChargeCategory",
    "CommitmentApplicability",
    "CommitmentDiscountCategory",
    "ContractId",
    "PricingCurrency",
    "PricingCurrencyCategory",
    "PricingRegionId",
    "PricingServiceName",
    "PricingUnit",
    "PurchaseDurationType",
    "PurchasePaymentModel",
    "QuantityTierMaximum",
    "QuantityTierMinimum",
    "ServiceProviderName",
    "SkuId",
    "SkuPriceCreated",
    "SkuPriceDescription",
    "SkuPriceEffectiveEnd",
    "SkuPriceEffectiveStart",
    "SkuPriceEligibility",
    "SkuPriceId",
    "SkuPriceLastUpdated",
    "UnitPrice",
    "UnitPriceType",
)
MAY_BE_NULL = frozenset(
    {
        "CommitmentApplicability",
        "CommitmentDiscountCategory",
        "ContractId",
        "PricingRegionId",
        "PurchaseDurationType",
        "PurchasePaymentModel",
        "QuantityTierMaximum",
        "SkuPriceEffectiveEnd",
        "SkuPriceEffectiveStart",
    }
)
# Rules that SQL counts the breaches of, by the name it gives them.
_COUNTED = {
    **{f"null_{name}": f"{name} is mandatory and not null." for name in COLUMNS if name not in MAY_BE_NULL},
    "unique_key": "One record for each provider, SkuPriceId, contract, start, currency and unit price type.",
    "no_overlap": "Periods [start, end) of that key without the start do not overlap; null is unbounded.",
    "period_ends_after_start": "A period ends after it starts.",
    "updated_after_created": "A record is not updated before it is created.",
    "tier_ends_above_start": "QuantityTierMaximum is above QuantityTierMinimum.",
    "tier_not_negative": "QuantityTierMinimum is not negative.",
    "price_not_negative": "UnitPrice is not negative.",
    "contract_unless_list": "A list price has no contract, any other has one.",
    "duration_of_purchase": "Only a purchase has a PurchaseDurationType.",
    "payment_model_of_purchase": "A purchase has a PurchasePaymentModel, nothing else does.",
    "commitment_is_purchase": "A commitment discount is bought.",
    "applicability_of_commitment": "A commitment discount says what it covers, nothing else does.",
    "applicability_object": "CommitmentApplicability is an object of one scope and one kind of coverage.",
    "eligibility_object": "SkuPriceEligibility is an object of one scope.",
    "unit_of_consumable": "The unit of a consumption currency is the currency.",
    "one_sku_of_id": "A SkuPriceId belongs to one SkuId.",
    "one_unit_of_id": "A SkuPriceId has one PricingUnit.",
    "one_category_of_id": "A SkuPriceId has one ChargeCategory.",
    "one_tier_of_id": "A SkuPriceId has one tier.",
}
_WORDS = {
    "ChargeCategory": ("Usage", "Purchase", "Credit"),
    "CommitmentDiscountCategory": ("Spend", "Usage"),
    "PricingCurrencyCategory": ("Payable", "Consumable"),
    "PurchasePaymentModel": ("No Upfront", "Partial Upfront", "All Upfront"),
    "UnitPriceType": ("List", "Base", "Contracted"),
}
_SHAPES = {
    "PricingCurrency": (r"^[A-Z]{3}$", "A national currency by its ISO 4217 code."),
    "PricingUnit": (
        r"^(?:[1-9]\d* )?[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)?(?:/[A-Z][A-Za-z]*)?$",
        "A unit as Unit Format writes it, such as GB-Months or 1000 Requests.",
    ),
    "PurchaseDurationType": (
        r"^(?:1 (?:Minute|Hour|Day|Week|Month|Quarter|Year)"
        r"|(?:[2-9]|[1-9]\d+) (?:Minutes|Hours|Days|Weeks|Months|Quarters|Years))$",
        "A number and a unit of time, such as 1 Year.",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One rule tried: how many rows break it, and the SkuPriceId (or column) of the first that does."""

    rule: str
    passed: bool
    rows: int
    example: str
    why: str


def check(reader: Reader) -> list[Finding]:
    """Every rule on every row. Where a column of the draft is missing, only that is said."""
    named = next(reader.stream("FROM focus_sku_prices LIMIT 0")).schema.names
    ours = sorted({*COLUMNS, *(name for name in named if not name.startswith("x_"))})
    columns = [{"example": one, "rows": 1, "expected": one in COLUMNS and one in named} for one in ours]
    findings = list(_tried("columns", columns, [_columns_rule()]))
    if not findings[0].passed:
        return findings
    broken = {one["rule"]: one for name in ("rows", "periods", "ids") for one in _measured(reader, name)}
    counts = {name: broken[name]["rows"] if name in broken else 0 for name in _COUNTED}
    for one in _tried("counts", [{**counts, "rows": 0, "example": ""}], list(_count_rules())):
        known = broken.get(one.rule, {})
        findings.append(replace(one, rows=known.get("rows", 0), example=known.get("example", "")))
    return [*findings, *_tried("words", _measured(reader, "words"), list(_word_rules()))]


def _measured(reader: Reader, name: str) -> list[dict[str, Any]]:
    return [row for batch in reader.stream(statement(f"focus/{name}")) for row in batch.to_pylist()]


def _tried(suite: str, records: Sequence[Mapping[str, Any]], rules: Sequence[Rule]) -> Iterator[Finding]:
    """A finding for each rule, of records whose `rows` say how many rows of the view each stands for."""
    import pandas as pd

    frame = pd.DataFrame(records, columns=[rule.arguments["column"] for rule in rules])
    failures = {one.rule.reason: one for one in examiner().examine(suite, frame, rules).failures}
    for rule in rules:
        failure = failures.get(rule.reason)
        broken = [records[label] for label in failure.labels] if failure else []
        example = min((str(one["example"]) for one in broken), default=failure.problem if failure else "")
        yield Finding(rule.reason, failure is None, sum(one["rows"] for one in broken), example, rule.why)


def _columns_rule() -> Rule:
    arguments = {"column": "expected", "value_set": [True]}
    why = "The columns are those of the draft; others begin with x_."
    return Rule("columns", "ExpectColumnValuesToBeInSet", arguments, why)


def _count_rules() -> Iterator[Rule]:
    for name, why in _COUNTED.items():
        yield Rule(name, "ExpectColumnValuesToBeInSet", {"column": name, "value_set": [0]}, why)


def _word_rules() -> Iterator[Rule]:
    for column, words in _WORDS.items():
        why = f"{column} is one of {', '.join(words)}."
        arguments = {"column": column, "value_set": list(words)}
        yield Rule(f"word_{column}", "ExpectColumnValuesToBeInSet", arguments, why)
    for column, (shape, why) in _SHAPES.items():
        yield Rule(
            f"shape_{column}", "ExpectColumnValuesToMatchRegex", {"column": column, "regex": shape}, why
        )
