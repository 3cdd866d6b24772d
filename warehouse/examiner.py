"""Great Expectations at work: a frame and its rules in, results and the failing rows out."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from warehouse.expectations import Rule

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 5  # examples of unexpected values in a report
_FORMAT = {
    "result_format": "COMPLETE",
    "return_unexpected_index_query": False,
    "partial_unexpected_count": _SHOWN,
}
_KEPT = (
    "observed_value",
    "element_count",
    "missing_count",
    "missing_percent",
    "unexpected_count",
    "unexpected_percent",
    "unexpected_percent_total",
    "unexpected_percent_nonmissing",
    "partial_unexpected_list",
)


@dataclass(frozen=True)
class Failure:
    """One rule that failed, with the labels of the rows that did; `problem` if it could not be tried."""

    rule: Rule
    place: int
    labels: tuple[int, ...]
    problem: str = ""


@dataclass(frozen=True)
class Examination:
    """What one suite found in one frame; `report` is Great Expectations' result without row lists."""

    report: Mapping[str, Any]
    failures: tuple[Failure, ...]


@cache
def examiner() -> Examiner:
    """The examiner of this process; the first call loads Great Expectations (3 to 6 seconds)."""
    return Examiner()


class Examiner:
    """One context of Great Expectations, in memory."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # It imports modules that Python has deprecated.
            warnings.simplefilter("ignore")
            import great_expectations as gx
            from great_expectations import expectations
            from great_expectations.data_context.types.base import ProgressBarsConfig
        # The second one sets its own level when it is imported.
        for name in ("great_expectations", "great_expectations.data_context.types.base"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self._gx = gx
        self._kind = cache(lambda name: _prepared_once(getattr(expectations, name)))
        context = gx.get_context(mode="ephemeral")
        context.enable_analytics(False)
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = context.data_sources.add_pandas("staged").add_dataframe_asset("rows")
        self._whole = asset.add_batch_definition_whole_dataframe("all")

    def examine(self, suite: str, frame: pd.DataFrame, rules: Sequence[Rule]) -> Examination:
        """Try on `frame`, whose index labels the rows, every rule that it has values for."""
        rules = [rule for rule in rules if _applies(rule, frame)]
        wanted = self._gx.ExpectationSuite(name=suite, expectations=list(self._expected(rules)))
        outcome = self._whole.get_batch({"dataframe": frame}).validate(wanted, result_format=dict(_FORMAT))
        results = sorted(outcome.results, key=_place)
        failures = [
            _failure(rules[place], place, result)
            for place, result in enumerate(results)
            if not result.success
        ]
        report = {
            "suite": suite,
            "rows": len(frame),
            "success": bool(outcome.success),
            "results": [_trimmed(result.to_json_dict()) for result in results],
        }
        return Examination(report, tuple(failures))

    def _expected(self, rules: Sequence[Rule]) -> Iterator[Any]:
        for place, rule in enumerate(rules):
            meta = {"reason": rule.reason, "level": rule.level, "place": place}
            yield self._kind(rule.expectation)(**rule.arguments, meta=meta, notes=rule.why)


def _prepared_once(kind: Any) -> Any:
    """The same expectation under the same name. It is asked for its configuration some eighty times a trial
    and for what it has to measure twice, and works them out anew each time: most of what a trial costs."""
    from great_expectations.compatibility import pydantic

    measured: dict[str, Any] = {}

    def configuration(expectation: Any) -> Any:
        if expectation._written is None:
            expectation._written = kind.configuration.fget(expectation)
        return expectation._written

    def dependencies(expectation: Any, *engine: Any, **how: Any) -> Any:
        key = repr((expectation.configuration.kwargs, how.get("runtime_configuration")))
        if key not in measured:
            measured[key] = kind.get_validation_dependencies(expectation, *engine, **how)
        return measured[key]

    own = {
        "__module__": kind.__module__,
        "__doc__": kind.__doc__,
        "_written": pydantic.PrivateAttr(None),
        "configuration": property(configuration),
        "get_validation_dependencies": dependencies,
    }
    return type(kind)(kind.__name__, (kind,), own)


def _applies(rule: Rule, frame: pd.DataFrame) -> bool:
    """Every rule but one for missing values passes over them; trying it costs 10 ms all the same."""
    if rule.expectation == "ExpectColumnValuesToNotBeNull":
        return True
    columns = [rule.arguments[key] for key in ("column", "column_A", "column_B") if key in rule.arguments]
    return all(bool(frame[column].notna().any()) for column in columns)


def _place(result: Any) -> int:
    return int(result.expectation_config.meta["place"])


def _failure(rule: Rule, place: int, result: Any) -> Failure:
    labels = result.result.get("unexpected_index_list")
    if labels is None:
        return Failure(rule, place, (), f"{rule.expectation} could not be tried: {result.exception_info}")
    return Failure(rule, place, tuple(int(label) for label in labels))


def _trimmed(result: Mapping[str, Any]) -> dict[str, Any]:
    config = result["expectation_config"]
    return {
        "type": config["type"],
        "kwargs": {key: value for key, value in config["kwargs"].items() if key != "batch_id"},
        "meta": config["meta"],
        "notes": config.get("notes"),
        "success": result["success"],
        "result": {key: result["result"][key] for key in _KEPT if key in result["result"]},
    }
