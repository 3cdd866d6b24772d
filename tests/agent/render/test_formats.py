from __future__ import annotations

from datetime import date
from decimal import Decimal

from agent.render import formats


def test_each_language_writes_its_own_numbers() -> None:
    assert formats.total(Decimal("71773.6"), "USD", "en") == "71,773.60 USD"
    assert formats.total(Decimal("71773.6"), "USD", "pt") == "71.773,60 USD"
    assert formats.rate(Decimal("98.3200000000"), "USD", "en") == "98.32 USD"
    assert formats.rate(Decimal("0.0042"), "USD", "pt") == "0,0042 USD"
    assert formats.total(Decimal("0.0042"), "USD", "en") == "0.0042 USD"
    assert formats.day(date(2025, 3, 25), "pt") == "25/03/2025"
    assert formats.joined(["a", "b", "c"], "pt") == "a, b e c"
