"""The quality gate: bad rows go to quarantine, each with its reason; bad batches are refused whole.

SQL (`sql/gate/`) measures what a rule needs to see, Great Expectations judges it, SQL sets aside what
failed. A refused batch changes nothing, so the last good data of its scope stays in force.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from warehouse.batch_expectations import ANCHOR_RULES, batch_rules
from warehouse.contracts import Batch, SourceInfo, Verdict
from warehouse.data_docs import render_docs as render_docs
from warehouse.errors import InvalidInput
from warehouse.examiner import Examination, Failure, examiner
from warehouse.expectations import machine_rules, price_rules
from warehouse.limits import LIMITS, TENANCY_VOTE
from warehouse.settings import settings
from warehouse.statements import statement

if TYPE_CHECKING:
    import pandas as pd

_TENANCY = (
    "tenancy_1_offers",
    "tenancy_2_fees",
    "tenancy_3_machines",
    "tenancy_4_ratios",
    "tenancy_5_regions",
    "tenancy_6_anchors",
    "tenancy_7_verdicts",
)
_FOUND_COLUMNS: dict[str, pa.DataType] = {
    "staged": pa.string(),
    "row_number": pa.int64(),
    "reason": pa.string(),
    "place": pa.int32(),
}


def judge(
    connection: duckdb.DuckDBPyConnection,
    batch: Batch,
    folder: Path,
    validation: Path,
    *,
    info: SourceInfo | None = None,
    now: datetime | None = None,
) -> Verdict:
    """Judge the TEMP tables `staged_prices` and `staged_instance_types`, staged from `folder`.

    Afterwards they hold only accepted rows, every price with its tenancy and `price_id`; the rest is
    in `quarantine` (of a refused batch a sample). Writes `validation`/<batch_id>.json.
    """
    gate = _Gate(connection, batch, now or datetime.now(UTC))
    gate.measure()
    rows = gate.staged_rows()
    examinations = [*gate.examine_prices(), *gate.examine_machines()]
    gate.refuse(examinations)
    reasons = gate.reasons()
    whole, failures = gate.examine_batch(rows, reasons, info)
    refused = gate.count("refusals")
    gate.set_aside(LIMITS.sample_rows if failures else None)
    word = "refused" if failures else "accepted_with_quarantine" if reasons else "accepted"
    verdict = Verdict(batch.batch_id, word, rows, refused, reasons, tuple(failures))
    _write_report(validation, batch, verdict, [*examinations, *whole])
    return verdict


class _Gate:
    """The statements of `sql/gate/` over one staged batch."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, batch: Batch, now: datetime) -> None:
        self._connection = connection
        scope = batch.scope
        self._parameters: dict[str, Any] = {
            **asdict(TENANCY_VOTE),
            "batch_id": batch.batch_id,
            "source": batch.source,
            "provider": scope.provider,
            "service": scope.service,
            "regions": _list(scope.regions),
            "purchase_options": _list(scope.purchase_options),
            "as_of": batch.as_of,
            "observed_at": batch.observed_at,
            "now": now,
            "urls": [payload.url for payload in batch.payloads],
            "hashes": [payload.sha256 for payload in batch.payloads],
            "ceilings": {"key": list(LIMITS.ceilings_usd), "value": list(LIMITS.ceilings_usd.values())},
            "confirmed_days": LIMITS.confirmed_days,
            "comparable_days": LIMITS.comparable_days,
            "comparable_rows": LIMITS.comparable_rows,
        }

    def measure(self) -> None:
        """Fill in what the source left open, and work out what the rules look at."""
        first = ("forget_quarantine", "plain", "ask_tenancy", *_TENANCY, "find_tenancy", "fill_tenancy")
        then = ("fill_price_id", "moves", "spot_ratios", "measure_prices", "measure_machines")
        for name in (*first, *then):
            self._run(name)

    def staged_rows(self) -> int:
        tables = ("staged_prices", "staged_instance_types", "staged_discount_rules")
        return sum(self.count(table) for table in tables)

    def examine_prices(self) -> Iterable[Examination]:
        currencies = self._column("SELECT DISTINCT currency FROM fx_rates ORDER BY currency")
        for suite in self._column("SELECT DISTINCT suite FROM measured_prices ORDER BY suite"):
            frame = self._frame("frame_prices", suite=suite).set_index("row_number").rename_axis(None)
            yield examiner().examine(suite, frame, price_rules(suite, currencies))

    def examine_machines(self) -> Iterable[Examination]:
        frame = self._frame("frame_machines").set_index("row_number").rename_axis(None)
        if len(frame):
            known = self._column("SELECT accelerator FROM accelerators ORDER BY accelerator")
            yield examiner().examine("instance_types", frame, machine_rules(known))

    def refuse(self, examinations: Iterable[Examination]) -> None:
        """TEMP table `refusals`: the row numbers that failed a row rule, each with one reason."""
        rows = [
            {
                "staged": _staged(examination),
                "row_number": label,
                "reason": failure.rule.reason,
                "place": failure.place,
            }
            for examination in examinations
            for failure in examination.failures
            if failure.rule.level == "row"
            for label in failure.labels
        ]
        self._connection.register("found", pa.Table.from_pylist(rows, schema=pa.schema(_FOUND_COLUMNS)))
        self._run("refuse")
        self._connection.unregister("found")

    def reasons(self) -> dict[str, int]:
        return dict(self._run("count_reasons").fetchall())

    def examine_batch(
        self, rows: int, reasons: Mapping[str, int], info: SourceInfo | None
    ) -> tuple[list[Examination], list[str]]:
        """The examinations of the batch as a whole, and a sentence for each rule it fails."""
        frame = self._frame("frame_batch", rows=rows)
        (facts,) = _records(frame)
        facts["worst"] = ", ".join(f"{reason} {count:,}" for reason, count in list(reasons.items())[:3])
        if facts["percent_of_previous"] == facts["percent_of_previous"]:
            facts["fewer"] = 100 - facts["percent_of_previous"]
        whole = [examiner().examine("batch", frame, batch_rules(info.max_age_days if info else None))]
        sentences = [line for failure in whole[0].failures for line in _sentences(failure, [facts])]
        self._load_anchors()
        anchors = self._frame("frame_anchors")
        if len(anchors) and rows:
            whole.append(examiner().examine("anchors", anchors, ANCHOR_RULES))
            records = _records(anchors)
            sentences += [line for failure in whole[1].failures for line in _sentences(failure, records)]
        return whole, sentences

    def set_aside(self, sample: int | None) -> None:
        """Move what failed from the staged tables to `quarantine`; `sample` bounds rows per reason."""
        for name in (
            "quarantine_prices",
            "quarantine_machines",
            "drop_prices",
            "drop_machines",
            "quarantine_dedicated",
        ):
            self._run(name, sample=sample)

    def _load_anchors(self) -> None:
        path = settings().data / "reference" / "anchors.csv"
        try:
            self._run("load_anchors", path=str(path))
        except duckdb.Error as error:
            line = str(error).splitlines()[0]
            raise InvalidInput(f"{path.name} cannot be read: {line}", f"Correct {path}.") from error

    def count(self, table: str) -> int:
        return int(self._column(f"SELECT count(*) FROM {table}")[0])  # noqa: S608 - our own names

    def _column(self, query: str) -> list[Any]:
        return [row[0] for row in self._connection.execute(query).fetchall()]

    def _frame(self, name: str, **further: Any) -> pd.DataFrame:
        return self._run(name, **further).df()

    def _run(self, name: str, **further: Any) -> duckdb.DuckDBPyConnection:
        text = statement(f"gate/{name}")
        values = {**self._parameters, **further}
        used = {key: values[key] for key in re.findall(r"\$([a-z_]+)", text)}
        return self._connection.execute(text, used)


def _staged(examination: Examination) -> str:
    return "instance_types" if examination.report["suite"] == "instance_types" else "prices"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in record.items()} for record in frame.to_dict("records")]


def _sentences(failure: Failure, records: Sequence[Mapping[str, Any]]) -> list[str]:
    if failure.problem:
        return [failure.problem]
    if failure.rule.level != "batch":
        return []
    return [failure.rule.sentence.format(**records[label]) for label in failure.labels]


def _list(values: Sequence[str] | None) -> list[str] | None:
    return list(values) if values is not None else None


def _write_report(folder: Path, batch: Batch, verdict: Verdict, examinations: Iterable[Examination]) -> None:
    report = {
        "batch_id": batch.batch_id,
        "source": batch.source,
        "scope": str(batch.scope),
        "as_of": batch.as_of.isoformat(),
        "verdict": verdict.verdict,
        "rows": verdict.rows,
        "quarantined": verdict.quarantined,
        "reasons": dict(verdict.reasons),
        "failures": list(verdict.failures),
        "suites": [examination.report for examination in examinations],
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=1, ensure_ascii=False, default=str) + "\n"
    (folder / f"{batch.batch_id}.json").write_text(text, encoding="utf-8")
