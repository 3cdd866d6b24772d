"""What the quality gate expects of a batch as a whole, and what it says of one that fails."""

from __future__ import annotations

from warehouse.bounds import LIMITS
from warehouse.expectations import Rule, between

_FEWER = "{counted_rows:,} rows, {fewer:.0f}% fewer than the {previous_rows:,} of batch {previous_batch}"


def batch_rules(max_age_days: int | None) -> tuple[Rule, ...]:
    rules = (
        between(
            "empty",
            "rows",
            "Something must be there.",
            level="batch",
            min_value=1,
            sentence="the feed is empty: 0 rows",
        ),
        between(
            "rows_dropped",
            "percent_of_previous",
            "A fifth of a list does not retire between two readings.",
            level="batch",
            min_value=LIMITS.least_percent_of_previous,
            sentence=_FEWER,
        ),
        between(
            "rows_dropped",
            "percent_of_few",
            "A third of a live list does not go at once, however short it is.",
            level="batch",
            min_value=LIMITS.least_percent_of_few,
            sentence=_FEWER,
        ),
        between(
            "rows_dropped",
            "percent_of_market",
            "Half of a market is not sold out at once.",
            level="batch",
            min_value=LIMITS.least_percent_of_market,
            strict_min=True,
            sentence=_FEWER,
        ),
        between(
            "rows_grown",
            "percent_grown_to",
            "A list does not triple between two readings.",
            level="batch",
            max_value=LIMITS.most_percent_of_previous,
            sentence="{counted_rows:,} rows, {percent_grown_to:.0f}% of the {previous_rows:,} of batch "
            "{previous_batch}",
        ),
        between(
            "mostly_refused",
            "refused_percent",
            "What is left of a rotten list is not to be trusted.",
            level="batch",
            max_value=LIMITS.refused_percent,
            sentence="{refused_percent:.0f}% of the {rows:,} rows refused: {worst}",
        ),
        between(
            "tenancy_blurred",
            "dedicated_percent",
            "With too many dedicated prices the vote cannot tell them apart.",
            level="batch",
            max_value=LIMITS.dedicated_percent,
            sentence="{dedicated_percent:.0f}% of the Linux machines look dedicated, too many to tell which",
        ),
        between(
            "swept",
            "list_swept_percent",
            "A list is not repriced many times over between two readings.",
            level="batch",
            max_value=LIMITS.swept_percent,
            sentence="{list_swept_percent:.0f}% of the {list_prices:,} list prices that can be compared "
            f"moved the same way by more than {LIMITS.market_factor:g} times: another unit or currency?",
        ),
        between(
            "swept",
            "loose_swept_percent",
            "Spot prices and markets move one by one.",
            level="batch",
            max_value=LIMITS.swept_percent,
            sentence="{loose_swept_percent:.0f}% of the {loose_prices:,} spot or market prices that can be "
            f"compared moved the same way by more than {LIMITS.market_factor:g} times: were units dropped?",
        ),
        between(
            "other_currency",
            "strange_currency_percent",
            "The feed has begun to answer in another currency.",
            level="batch",
            max_value=LIMITS.strange_currency_percent,
            sentence="{strange_currency_percent:.0f}% of the rows in {strange_currencies}, new to this scope",
        ),
        between(
            "from_the_future",
            "days_ahead",
            "Data cannot speak for a day to come.",
            level="batch",
            max_value=LIMITS.days_ahead,
            sentence="dated {days_ahead:.1f} days in the future",
        ),
        between(
            "before_the_cloud",
            "year",
            "The first cloud prices are of 2006.",
            level="batch",
            min_value=LIMITS.first_year,
            sentence="dated {year}, before there were cloud prices",
        ),
    )
    if max_age_days is None:
        return rules
    # Old data is still the best there is of its scope, and back-fills are old on purpose.
    why = "Older than the source promises; answers call it stale."
    return (*rules, between("stale", "days_old", why, level="note", max_value=max_age_days))


ANCHOR_RULES = (
    Rule(
        "anchor_missing",
        "ExpectColumnValuesToNotBeNull",
        {"column": "cheapest", "mostly": LIMITS.anchors_present},
        "Most of the prices everyone knows are there.",
        "batch",
        "no acceptable price of {thing} in {region}, which every such list has",
    ),
    Rule(
        "anchor_off",
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {
            "column_A": "cheapest",
            "column_B": "low",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
        "Not below what it may be.",
        "batch",
        "{thing} in {region} at {cheapest:g}, not between {low:g} and {high:g}",
    ),
    Rule(
        "anchor_off",
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {
            "column_A": "high",
            "column_B": "dearest",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
        "Not above what it may be.",
        "batch",
        "{thing} in {region} at {dearest:g}, not between {low:g} and {high:g}",
    ),
)
