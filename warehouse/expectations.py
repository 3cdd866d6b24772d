"""What the quality gate expects of every row, as data.

A `Rule` names a Great Expectations expectation, its arguments and the `reason` that rows or batches
get which fail it. Rows are refused by `row` rules, whole batches by `batch` rules; `note` rules only
show in the report. Of several reasons a row gets the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from warehouse.bounds import LIMITS
from warehouse.contracts import (
    CATEGORIES,
    OPERATING_SYSTEMS,
    PAYMENTS,
    PRICE_TYPES,
    PURCHASE_OPTIONS,
    TENANCIES,
    UNITS,
)


@dataclass(frozen=True)
class Rule:
    """One expectation. `sentence` is what a refused batch says; it may use the batch's figures."""

    reason: str
    expectation: str
    arguments: Mapping[str, Any]
    why: str
    level: str = "row"
    sentence: str = ""


def given(reason: str, column: str, why: str) -> Rule:
    return Rule(reason, "ExpectColumnValuesToBeInSet", {"column": column, "value_set": [True]}, why)


def words(column: str, allowed: tuple[str, ...]) -> Rule:
    why = f"Only the words of the contract; a new {column.replace('_', ' ')} needs a decision."
    arguments = {"column": column, "value_set": list(allowed)}
    return Rule(f"unknown_{column}", "ExpectColumnValuesToBeInSet", arguments, why)


def between(
    reason: str, column: str, why: str, *, level: str = "row", sentence: str = "", **bounds: Any
) -> Rule:
    arguments = {"column": column, **bounds}
    return Rule(reason, "ExpectColumnValuesToBeBetween", arguments, why, level, sentence)


def _tenancy(reason: str, why: str) -> Rule:
    arguments = {"column": "tenancy_finding", "value_set": [reason]}
    return Rule(reason, "ExpectColumnValuesToNotBeInSet", arguments, why)


VOCABULARY = {
    "unit": UNITS,
    "category": CATEGORIES,
    "purchase_option": PURCHASE_OPTIONS,
    "price_type": PRICE_TYPES,
    "payment": PAYMENTS,
    "tenancy": TENANCIES,
    "operating_system": OPERATING_SYSTEMS,
}


def word_rules(currencies: list[str]) -> tuple[Rule, ...]:
    """Of `measured_words`, whose rows are the words that a batch's prices use, each with its kind.

    One that is not allowed refuses all prices with it, as `unknown_<kind>`.
    """
    allowed = [f"{kind} {word}" for kind, known in VOCABULARY.items() for word in known]
    allowed += [*(f"currency {currency}" for currency in currencies), "region known"]
    why = (
        "Only the words of the contract, currencies that have a rate and regions that can be placed; "
        "a new word needs a decision."
    )
    arguments = {"column": "said", "value_set": allowed}
    return (Rule("unknown_word", "ExpectColumnValuesToBeInSet", arguments, why),)


def _price_rules() -> tuple[Rule, ...]:
    tiers = {"column_A": "tier_to", "column_B": "tier_from", "ignore_row_if": "either_value_is_missing"}
    return (
        between("negative_price", "lowest_amount", "Nobody pays customers.", min_value=0),
        between(
            "zero_price",
            "charge",
            "Zero is missing, not free, unless marked a free tier.",
            min_value=0,
            strict_min=True,
        ),
        given("missing_sku", "sku_given", "Identity of a price."),
        between(
            "missing_term",
            "commitment_months",
            "A commitment binds for some months.",
            min_value=1,
            max_value=LIMITS.term_months,
        ),
        Rule(
            "bad_tier", "ExpectColumnPairValuesAToBeGreaterThanB", tiers, "A tier ends above where it starts."
        ),
        between("repeated_row", "copy", "The same price twice is one price.", max_value=1),
        between("duplicate_key", "rivals", "One thing has one price.", max_value=1),
        between("absurd_price", "ceiling_share", "Above the ceiling of its unit, in USD.", max_value=1),
        between(
            "spot_above_on_demand",
            "spot_ratio",
            "Spot against the same machine on demand.",
            max_value=LIMITS.spot_ratio,
        ),
        between(
            "spot_far_below_on_demand",
            "spot_ratio",
            "Nobody sells at a hundredth: the unit was misread.",
            min_value=LIMITS.least_spot_ratio,
        ),
        between(
            "moved",
            "move_percent",
            "Against the price in force, until a second batch says the same.",
            min_value=-LIMITS.move_percent,
            max_value=LIMITS.move_percent,
            strict_min=True,
            strict_max=True,
        ),
        between(
            "moved",
            "move_factor",
            "The same of spot prices and markets, which move by nature.",
            max_value=LIMITS.market_factor,
        ),
    )


_TENANCY_RULES = (
    _tenancy("below_linux", "Below the machine's own price: a licence fee alone."),
    _tenancy("equals_linux_byol", "The machine's own price: bring your own licence."),
    _tenancy("equals_dedicated_byol", "The dedicated machine's own price: bring your own licence."),
    _tenancy("dedicated_host", "A family without a size is a whole host."),
    _tenancy("inconsistent", "Fits neither the shared nor the dedicated price."),
    _tenancy("unverifiable", "Too little in the list speaks for it."),
)
_TOKEN_RULES = (given("missing_kind", "kind_given", "Input and output cost differently."),)
# The place of `word_rules` among the rules for prices: after a price that is none and a missing SKU.
WORDS_AFTER = 2


def price_rules(suite: str) -> tuple[Rule, ...]:
    """Of the suites compute_prices, token_prices and other_prices."""
    own = {"compute_prices": _TENANCY_RULES, "token_prices": _TOKEN_RULES}
    return _price_rules() + own.get(suite, ())


def machine_rules(accelerators: list[str]) -> tuple[Rule, ...]:
    known = {"column": "accelerator", "value_set": accelerators}
    return (
        between(
            "bad_spec",
            "vcpus",
            "The largest machine has 1,920.",
            min_value=0,
            strict_min=True,
            max_value=2000,
        ),
        between(
            "bad_spec", "memory_gib", "From 0.5 to 32,768 GiB are sold.", min_value=0.2, max_value=40_000
        ),
        between(
            "bad_spec",
            "accelerator_count",
            "An accelerator is there at least in part.",
            min_value=0,
            strict_min=True,
            max_value=128,
        ),
        between(
            "bad_spec", "accelerator_memory_gib", "Of each one.", min_value=0, strict_min=True, max_value=1000
        ),
        between("bad_spec", "local_storage_gb", "Up to 360 TB are sold.", min_value=0, max_value=1_000_000),
        Rule(
            "unknown_accelerator",
            "ExpectColumnValuesToBeInSet",
            known,
            "Only canonical names can be compared.",
        ),
        between("repeated_row", "copy", "The same machine twice is one machine.", max_value=1),
        between("duplicate_key", "rivals", "One machine has one description.", max_value=1),
    )
