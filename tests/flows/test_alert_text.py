"""What alerts say in both languages: figures, units, percents, places, sources and ages."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.alert_text import AlertText, phrases
from warehouse.alert_evaluation import Found
from warehouse.alert_rules import parsed

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAY = datetime(2026, 11, 1, tzinfo=UTC)
OFFER = {
    "provider": "ovh", "machine": "h100-380", "region": "GRA11", "zone": None, "operating_system": "windows",
    "tenancy": "shared", "purchase_option": "reserved", "term_months": 12, "payment": "no_upfront",
    "accelerator": "H100", "accelerator_count": 2.0,
    "old_provider": "aws", "old_machine": "p5.4xlarge", "old_region": "us-east-1", "old_accelerator_count": 1.0,
    "old_currency": "USD", "old_price_hour": Decimal("5"), "old_price_usd_hour": Decimal("5"),
    "currency": "EUR", "price_hour": Decimal("1234.5"), "price_usd_hour": Decimal("1400"),
    "usd_percent": 27900.0, "percent": 24590.0, "source": "gpuhunt", "confirmed_at": DAY, "price_id": "a-price",
}  # fmt: skip
STALE = {
    "source": "aws_list",
    "provider": "aws",
    "age_days": 5,
    "max_age_days": 2,
    "confirmed_at": DAY,
    "scopes": 3,
}
REFUSED = {
    "source": "aws_list",
    "provider": "aws",
    "service": None,
    "row_count": 1200,
    "failures": ["a", "b"],
    "as_of": DAY,
}
SAID = {
    "change": (OFFER, "5.00 USD/hour → 1,234.50 EUR/hour (1,400.00 USD/hour) (+24,590%), 700.00 USD/GPU-hour"),
    "threshold\nabove_usd = 500\nper = \"gpu_hour\"": (OFFER, "700.00 USD/GPU-hour, above 500.00 USD/GPU-hour; before 5.00"),
    "threshold\nabove_usd = 9\nper = \"month\"": (OFFER, "1,022,000.00 USD/month, above 9.00 USD/month; before 3,650.00"),
    "cheapest": (OFFER, "(+27,900%); before p5.4xlarge, aws us-east-1: 5.00 USD/hour, 5.00 USD/GPU-hour"),
    "vanished": (OFFER, "it was 5.00 USD/hour, 5.00 USD/GPU-hour"),
    "new": (OFFER, "`h100-380` (2× H100, windows, reserved, 12 months, no_upfront) at ovh GRA11: 1,234.50 EUR/hour"),
    "stale": (STALE, "aws_list (aws): last confirmed 2026-11-01, 5 days ago, where 2 are allowed; 3 scopes"),
    "refused": (REFUSED, "aws_list, aws, data of 2026-11-01: a; b. 1,200 rows are not in force"),
}  # fmt: skip


def found(rule: str, row: dict[str, Any], count: int = 1) -> Found:
    kind, _, more = rule.partition("\n")
    text = f'[deliver.ops]\nurl_env = "A"\n[[alert]]\nname = "r"\ndeliver = "ops"\nkind = "{kind}"\n{more}'
    (only,) = parsed(text, Path("alerts.toml")).alert
    untold = tuple(f"key{n}" for n in range(count))
    return Found(only, "older", "newer", frozenset(untold), untold, (row,))


@pytest.mark.parametrize("rule", SAID)
def test_what_each_kind_says(rule: str) -> None:
    row, wanted = SAID[rule]
    title, body = AlertText("en", NOW).of(found(rule, row), "5f3c")
    assert wanted in body
    assert title.startswith("r: ")
    assert "`" not in title
    assert "Alert 5f3c of rule r." in body
    if row is OFFER:
        assert "Source gpuhunt, confirmed 2026-11-01 (19 days ago); price `a-price`" in body
        assert "--snapshot newer --dry-run" in body
    several, _ = AlertText("en", NOW).of(found(rule, row, 1200), "5f3c")
    assert several.startswith("r: 1,200 ")


@pytest.mark.parametrize("rule", SAID)
def test_portuguese_says_it_in_its_own_figures(rule: str) -> None:
    row, _ = SAID[rule]
    _, body = AlertText("pt", NOW).of(found(rule, row, 1200), "5f3c")
    assert "1.200 ao todo" in body
    for english in ("hour", "Source", "before", "days"):
        assert english not in body.replace("--dry-run", "")
    if rule == "change":
        assert "1.234,50 EUR/hora (1.400,00 USD/hora) (+24.590%)" in body


def test_both_languages_have_the_same_phrases() -> None:
    def names(table: dict[str, Any], above: str = "") -> set[str]:
        return {
            one
            for key, value in table.items()
            for one in (names(value, f"{above}{key}.") if isinstance(value, dict) else {above + key})
        }

    assert names(phrases("en")) == names(phrases("pt"))
