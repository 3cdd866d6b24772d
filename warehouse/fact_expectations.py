"""What the quality gate expects of rows that are no prices: exchange rates, scores, interruptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from warehouse.bounds import LIMITS
from warehouse.contracts import OPERATING_SYSTEMS
from warehouse.expectations import Rule, between, given, words

# ISO 4217, and what the euro and reforms have replaced since 1999, as long histories still hold it.
_CODES = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
    CDF CHF CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
    LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR
    PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
    SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XDR XOF XPF YER
    ZAR ZMW ZWG
    CYP EEK HRK LTL LVL MTL ROL SIT SKK TRL
"""
CURRENCIES = tuple(_CODES.split())
_REPEATED = between("repeated_row", "copy", "The same twice is one.", max_value=1)


def _rival(why: str) -> Rule:
    return between("duplicate_key", "rivals", why, max_value=1)


def rate_rules() -> tuple[Rule, ...]:
    known = {"column": "currency", "value_set": list(CURRENCIES)}
    return (
        between("bad_rate", "rate", "A currency is worth something.", min_value=0, strict_min=True),
        Rule("unknown_currency", "ExpectColumnValuesToBeInSet", known, "Only the codes of ISO 4217."),
        between(
            "future_rate",
            "days_ahead",
            "Nobody knows the rate of a day to come; a day covers the time zones.",
            max_value=LIMITS.days_ahead,
        ),
        _REPEATED,
        _rival("A source has one rate a day."),
        between(
            "moved",
            "move_percent",
            "Against the rate before, until it is seen twice.",
            min_value=-LIMITS.move_percent,
            max_value=LIMITS.move_percent,
        ),
    )


def score_rules() -> tuple[Rule, ...]:
    return (
        given("missing_name", "named", "A score is of a machine in a benchmark."),
        between("bad_score", "score", "Zero and infinity are failed runs.", min_value=0, strict_min=True),
        _REPEATED,
        _rival("A machine has one score in one configuration."),
    )


def interruption_rules() -> tuple[Rule, ...]:
    ordered = {
        "column_A": "percent_to",
        "column_B": "percent_from",
        "ignore_row_if": "either_value_is_missing",
    }
    ends = "Percent of machines, from more to less."
    return (
        given("missing_name", "named", "A band is of a machine in a region."),
        words("operating_system", OPERATING_SYSTEMS),
        between("bad_band", "percent_from", ends, min_value=0, max_value=100),
        between("bad_band", "percent_to", ends, min_value=0, max_value=100),
        Rule("bad_band", "ExpectColumnPairValuesAToBeGreaterThanB", ordered, "A band ends above its start."),
        between(
            "bad_saving",
            "saving_percent",
            "Spot is cheaper than on demand, at times a little dearer.",
            min_value=100 * (1 - LIMITS.spot_ratio),
            max_value=100,
        ),
        _REPEATED,
        _rival("A machine has one band."),
    )


FACTS: Mapping[str, Callable[[], tuple[Rule, ...]]] = {
    "fx_rates": rate_rules,
    "benchmarks": score_rules,
    "interruptions": interruption_rules,
}
