"""Great Expectations' Data Docs of a snapshot's batches, as pages that need no network.

Its own site builder puts links to eight content networks, the clock and random ids into every page.
Here its renderers say what was expected and observed, inside pages of our own.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from warehouse.contracts import Verdict
from warehouse.errors import SnapshotDamaged

_PAGES = Path(__file__).resolve().parent / "pages"
_EPOCH = "1970-01-01T00:00:00+00:00"  # a result wants a time; the pages show the batch's own

_NO_EXCEPTION = {"raised_exception": False, "exception_message": None, "exception_traceback": None}


def render_docs(validation: Path, verdicts: Sequence[Verdict]) -> Path:
    """Write index.html and a page for every verdict whose <batch_id>.json is in `validation`.

    Returns the index. Raises SnapshotDamaged where a report cannot be read.
    """
    validation.mkdir(parents=True, exist_ok=True)
    entries = [{"verdict": verdict, "report": _report(validation, verdict)} for verdict in verdicts]
    view = _view()
    for entry in entries:
        report = entry["report"]
        if isinstance(report, dict) and report:
            suites = [{"report": suite, "sections": _sections(suite)} for suite in report["suites"]]
            page = view.get_template("batch.html").render(report=report, suites=suites)
            (validation / f"{report['batch_id']}.html").write_text(page, encoding="utf-8")
    index = validation / "index.html"
    index.write_text(view.get_template("index.html").render(entries=entries), encoding="utf-8")
    return index


def _report(validation: Path, verdict: Verdict) -> dict[str, Any]:
    path = validation / f"{verdict.batch_id}.json"
    if not path.is_file():
        return {}
    try:
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SnapshotDamaged(f"{path.name} is not a validation report: {error}", "Publish again.") from error
    return report


def _view() -> Any:
    """Great Expectations' template environment, finding our pages too, with countable ids."""
    environment = _environment()
    numbers = iter(range(1, 1_000_000))
    environment.filters["generate_html_element_uuid"] = lambda prefix: f"{prefix}{next(numbers)}"
    return environment


@cache
def _environment() -> Any:
    """One for this process: it compiles each template once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports modules that Python has deprecated
        from great_expectations.render.view.view import DefaultJinjaPageView
    return DefaultJinjaPageView(custom_views_directory=str(_PAGES)).env


def _sections(suite: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was expected and observed, column by column, as GX renders it."""
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    results = [
        ExpectationValidationResult(
            success=result["success"],
            expectation_config=ExpectationConfiguration(type=result["type"], kwargs=result["kwargs"]),
            # Its table cells do not escape what a feed has sent; our page shows the examples.
            result={
                key: value for key, value in result["result"].items() if key != "partial_unexpected_list"
            },
            exception_info=dict(_NO_EXCEPTION),
        )
        for result in suite["results"]
    ]
    succeeded = sum(bool(result.success) for result in results)
    whole = ExpectationSuiteValidationResult(
        success=suite["success"],
        results=results,
        suite_name=suite["suite"],
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": succeeded,
            "unsuccessful_expectations": len(results) - succeeded,
            "success_percent": 100.0 * succeeded / max(len(results), 1),
        },
        meta={"run_id": {"run_name": suite["suite"], "run_time": _EPOCH}},
    )
    document = ValidationResultsPageRenderer(run_info_at_end=True).render(whole).to_json_dict()
    sections: list[dict[str, Any]] = document["sections"]
    return [section for section in sections if section["section_name"] not in ("Overview", "Run Info")]
