"""Where the quality gate draws its lines, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limits:
    """Where the gate draws its lines."""

    # The dearest listed machine costs about 410 USD an hour (u7in-32tb), with Windows and SQL Server
    # not yet 1,000; the dearest model 600 USD per million tokens, and a price per thousand taken for one
    # per token is a thousand times too high. Above, the unit was misread.
    ceilings_usd: Mapping[str, float] = field(
        default_factory=lambda: {
            "hour": 2000.0,
            "vcpu_hour": 50.0,
            "gib_hour": 50.0,
            "gb": 50.0,
            "gb_month": 100.0,
            "gb_hour": 10.0,
            "iops_month": 50.0,
            "request": 100.0,
            "thousand_requests": 10_000.0,
            "million_tokens": 1000.0,
            "unit": 1_000_000.0,
        }
    )
    # Spot is sold below on-demand; a market may overshoot it for hours, hardly by half.
    spot_ratio: float = 1.5
    # The deepest discounts on spot are of 90 to 95%.
    least_spot_ratio: float = 0.01
    # List prices seldom move by more than a third at once; a wrong currency, unit or tenancy does more.
    move_percent: float = 40.0
    # Spot prices and markets go from a tenth of the list price to all of it within weeks, hardly between two
    # readings; a dropped unit (per thousand, per month) does more.
    market_factor: float = 5.0
    # So many prices to compare make the word of most of them count.
    swept_rows: int = 10
    swept_percent: float = 50.0
    # An older price may have moved several times since it was last confirmed.
    confirmed_days: int = 45
    # A feed that still says so half a day later says it a second time.
    seen_again_hours: int = 12
    # Long enough for five years, the longest commitment sold, twice over.
    term_months: int = 120
    # A fifth of a list does not retire between two readings; a broken page or a cut download does that.
    least_percent_of_previous: float = 80.0
    # A list that triples has been joined with another or repeats itself.
    most_percent_of_previous: float = 300.0
    # Years apart, lists do grow and shrink.
    comparable_days: int = 180
    # Of short lists a few lines more or less are a large share.
    comparable_rows: int = 100
    # But of a live list, however short, a third does not go at once. Half of a feed's entries can be less
    # than half of its prices, for they are sold in unequal numbers of regions. The user's own may shrink.
    short_rows: int = 10
    least_percent_of_few: float = 65.0
    # A market sells out and fills up again; that half of it or more is gone is a page that is missing.
    least_percent_of_market: float = 50.0
    # The worst honest list, EC2 as libcloud carries it, has a third of its rows refused; beyond 60% what
    # is left is too likely to be wrong in ways no rule sees.
    refused_percent: float = 60.0
    # The vote on tenancy was measured to hold its 99% up to a third of dedicated prices, not above.
    dedicated_percent: float = 35.0
    # A feed that begins to answer in another currency changes most of its rows, a new price list few.
    strange_currency_percent: float = 20.0
    # In an honest but dirty list a third of all prices, anchors too, may be missing.
    anchors_present: float = 0.5
    # A day covers every time zone and a slow clock.
    days_ahead: float = 1.0
    # The first cloud service sold by use opened in 2006; an earlier date is a misread one.
    first_year: int = 2006
    # Enough to see what is wrong with a refused batch; all of its rows stay in its staging folder.
    sample_rows: int = 100


@dataclass(frozen=True)
class TenancyVote:
    """Parameters of `sql/gate/tenancy_*.sql`, measured on the lists of 2022 to 2025."""

    base_os: str = "linux"  # sold without a licence fee
    near: float = 0.012  # prices that differ by less are the same price, rounded
    exact: float = 0.003  # the same where a licence fee is involved
    fee_slack: float = 0.0011  # USD by which rounded fees differ
    fee_slack_share: float = 0.02  # the same for the smallest machines, as a share of their price
    far_below: float = 0.9  # a licensed price this far below the machine's is the fee alone
    fee_witnesses: int = 3  # regions that must share a fee
    fee_share: float = 0.2  # of a type's regions, if its vCPU class pays that fee too
    fee_share_alone: float = 0.3  # of a type's regions, if it alone pays it
    fee_types: int = 3  # types that make a fee the one of their vCPU class
    fee_types_alone: int = 5  # the same, if each has few witnesses
    byol_share: float = 0.05  # a system whose prices equal the machine's this often brings licences
    dedicated_from: float = 1.045  # the surcharge is 1.06 or 1.10, before rounding
    dedicated_to: float = 1.115
    dedicated_weight: float = 0.6  # of a witness one surcharge above: log-likelihood at 17% dedicated
    ratio_regions: int = 3  # regions that must agree on what one size costs in another
    ratio_share: float = 0.6
    ratio_witnesses: int = 1
    linear_share: float = 0.5  # of a family's pairs of sizes that cost what their vCPUs say
    straight_share: float = 0.9  # the same, with those one surcharge off
    region_types: int = 30  # types by which two regions are compared
    region_share: float = 0.9  # of them with the same ratio
    region_weight: float = 0.5  # of another region's vote
    support: float = 1.25  # votes a price needs besides its own
    contested: float = 0.25  # share of votes that may lie one surcharge below
    clean_known: float = 0.5  # a list confirmed to this share with hardly a flaw passes whole
    clean_below: float = 0.02


LIMITS = Limits()
TENANCY_VOTE = TenancyVote()
