"""The terms on which machines are rented, as tools take them."""

from __future__ import annotations

from typing import Literal

HOURS_A_MONTH = 730

PurchaseOption = Literal["on_demand", "spot", "reserved", "savings_plan", "commitment"]
PriceType = Literal["list", "contracted"]
Tenancy = Literal["shared", "dedicated", "host"]
Payment = Literal["no_upfront", "partial_upfront", "all_upfront"]
