"""The quality gate: bad rows go to quarantine, each with its reason; bad batches are refused whole.

SQL (`sql/gate/`) measures what a rule needs to see, Great Expectations judges it, SQL sets aside what
failed. A refused batch changes nothing, so the last good data of its scope stays in force.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from warehouse.batch_expectations import ANCHOR_RULES, batch_rules
from warehouse.bounds import LIMITS, TENANCY_VOTE
from warehouse.contracts import TABLES, Batch, SourceInfo, Verdict
from warehouse.data_docs import render_docs as render_docs
from warehouse.errors import InvalidInput
from warehouse.examiner import Examination, Failure, examiner
from warehouse.expectations import WORDS_AFTER, machine_rules, price_rules, word_rules
from warehouse.fact_expectations import FACTS
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
_MEASURED = (
    "find_tenancy",
    "fill_tenancy",
    "fill_price_id",
    "find_copies",
    "comparisons",
    "moves",
    "find_spots",
)
_JUDGED = ("measure_words", "measure_prices", "measure_instance_types")
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
    checked: datetime | None = None,
    now: datetime | None = None,
) -> Verdict:
    """Judge the TEMP tables `staged_<table>`, staged from `folder`; `checked` is when the source was last
    found to say the same.

    Afterwards they hold only accepted rows, every price with its tenancy and `price_id`; the rest is
    in `quarantine` (of a refused batch a sample). Writes `validation`/<batch_id>.json.
    """
    gate = _Gate(connection, batch, info, checked or batch.observed_at, now or datetime.now(UTC))
    gate.measure()
    rows = gate.staged_rows()
    examinations = [*gate.examine_prices(), *gate.examine_machines(), *gate.examine_facts()]
    gate.refuse(examinations)
    reasons = gate.reasons()
    whole, failures = gate.examine_batch(rows, reasons)
    refused = gate.count("refusals")
    gate.set_aside(LIMITS.sample_rows if failures else None)
    word = "refused" if failures else "accepted_with_quarantine" if reasons else "accepted"
    verdict = Verdict(batch.batch_id, word, rows, refused, reasons, tuple(failures))
    _write_report(validation, batch, verdict, [*examinations, *whole])
    return verdict


class _Gate:
    """The statements of `sql/gate/` over one staged batch."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        batch: Batch,
        info: SourceInfo | None,
        checked: datetime,
        now: datetime,
    ) -> None:
        self._connection, self._info = connection, info
        self._held = {table: self.count(f"staged_{table}") for table in TABLES}
        own = info is not None and "setting:price_files" in info.needs
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
            "short_rows": LIMITS.short_rows,
            "swept_rows": LIMITS.swept_rows,
            "market_factor": LIMITS.market_factor,
            "move_percent": LIMITS.move_percent,
            "seen_again": checked - batch.observed_at >= timedelta(hours=LIMITS.seen_again_hours),
            "own": own,
            "live": info is not None and info.schedule != "release",
            "market": info is not None and info.market,
            "edition": batch.edition,
            "prices": self._held["prices"],
        }

    def measure(self) -> None:
        """Fill in what the source left open, and work out what the rules look at."""
        for name in ("forget_quarantine", "plain", "near", "ask_tenancy"):
            self._run(name)
        for name in (*(_TENANCY if self.count("tenancy_asked") else ["no_tenancy"]), *_MEASURED):
            self._run(name)
        for name in ("spot_ratios" if self.count("staged_spots") else "no_spots", *_JUDGED):
            self._run(name)

    def staged_rows(self) -> int:
        return sum(self._held.values())

    def examine_prices(self) -> Iterable[Examination]:
        if not self._held["prices"]:
            return
        currencies = self._column("SELECT currency FROM fx_latest ORDER BY currency")
        yield examiner().examine("words", self._labelled("frame_words"), word_rules(currencies))
        for suite in self._column("SELECT DISTINCT suite FROM measured_prices ORDER BY suite"):
            frame = self._labelled("frame_prices", suite=suite)
            yield examiner().examine(suite, frame, price_rules(suite))

    def examine_machines(self) -> Iterable[Examination]:
        if self._held["instance_types"]:
            known = self._column("SELECT accelerator FROM accelerators ORDER BY accelerator")
            yield examiner().examine(
                "instance_types", self._labelled("frame_instance_types"), machine_rules(known)
            )

    def examine_facts(self) -> Iterable[Examination]:
        """Tables that few batches hold: measured, examined and set aside only where there are rows."""
        for table in (table for table in FACTS if self._held[table]):
            self._run(f"measure_{table}")
            yield examiner().examine(table, self._labelled(f"frame_{table}"), FACTS[table]())

    def refuse(self, examinations: Iterable[Examination]) -> None:
        """TEMP table `refusals`: the row numbers that failed a row rule, each with one reason."""
        rows = [
            {
                "staged": _staged(examination),
                "row_number": label,
                "reason": failure.rule.reason,
                "place": _place(examination, failure),
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

    def examine_batch(self, rows: int, reasons: Mapping[str, int]) -> tuple[list[Examination], list[str]]:
        """The examinations of the batch as a whole, and a sentence for each rule it fails."""
        frame = self._frame("frame_batch", rows=rows)
        (facts,) = _records(frame)
        facts["worst"] = ", ".join(f"{reason} {count:,}" for reason, count in list(reasons.items())[:3])
        rules = batch_rules(self._info.max_age_days if self._info else None)
        whole = [examiner().examine("batch", frame, rules)]
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
        refused = set(self._column("SELECT DISTINCT staged FROM refusals"))
        for table in ("prices", "instance_types", *FACTS):
            if table in refused:
                for act in ("quarantine", "drop"):
                    self._run(f"{act}_{table}", sample=sample)
        if self.count("tenancy_findings"):
            self._run("quarantine_dedicated", sample=sample)

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

    def _labelled(self, name: str, **further: Any) -> pd.DataFrame:
        return self._frame(name, **further).set_index("row_number").rename_axis(None)

    def _frame(self, name: str, **further: Any) -> pd.DataFrame:
        """A frame whose texts are categories: a list repeats few words many times."""
        rows = self._run(name, **further).to_arrow_table()
        for place, column in enumerate(rows.schema):
            if pa.types.is_string(column.type):
                rows = rows.set_column(place, column.name, rows.column(place).dictionary_encode())
        return rows.to_pandas()

    def _run(self, name: str, **further: Any) -> duckdb.DuckDBPyConnection:
        text = statement(f"gate/{name}")
        values = {**self._parameters, **further}
        used = {key: values[key] for key in re.findall(r"\$([a-z_]+)", text)}
        return self._connection.execute(text, used)


def _staged(examination: Examination) -> str:
    suite = str(examination.report["suite"])
    return suite if suite in TABLES or suite == "words" else "prices"


def _place(examination: Examination, failure: Failure) -> int:
    return 2 * WORDS_AFTER + 1 if _staged(examination) == "words" else 2 * failure.place


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
