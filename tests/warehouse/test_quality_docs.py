from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.quality_batches import Gate, machine, opened_gate, price
from warehouse.contracts import Verdict
from warehouse.errors import SnapshotDamaged
from warehouse.quality import render_docs


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with opened_gate(tmp_path) as opened:
        yield opened


def dirty(gate: Gate) -> Verdict:
    rows = [price(sku_id=f"s-{place}") for place in range(4)]
    return gate.load(
        [*rows, price(currency="<script>alert(1)</script>"), price(sku_id="z", price=0)], [machine()]
    )


def test_the_report_holds_counts_and_no_row_lists(gate: Gate) -> None:
    verdict = dirty(gate)
    report = gate.report()
    assert (report["verdict"], report["rows"], report["quarantined"]) == ("accepted_with_quarantine", 7, 2)
    assert report["reasons"] == dict(verdict.reasons) == {"unknown_currency": 1, "zero_price": 1}
    suites = {suite["suite"]: suite for suite in report["suites"]}
    assert list(suites) == ["words", "compute_prices", "instance_types", "batch"]
    (zero,) = (r for r in suites["compute_prices"]["results"] if r["meta"]["reason"] == "zero_price")
    assert zero["result"]["unexpected_count"] == 1
    assert zero["type"] == "expect_column_values_to_be_between"
    assert "index_list" not in str(report)


def test_the_docs_are_whole_pages_that_need_no_network(gate: Gate, tmp_path: Path) -> None:
    verdict = dirty(gate)
    unseen = Verdict("0" * 16, "refused", 0, 0, {}, ("0 rows",))
    validation = tmp_path / "validation"
    index = render_docs(validation, [verdict, unseen])
    assert index == validation / "index.html"
    listing = index.read_text()
    page = (validation / f"{verdict.batch_id}.html").read_text()
    assert re.findall(r'href="([^"]+)"', listing) == [f"{verdict.batch_id}.html"]
    assert "0 rows" in listing
    assert "values must belong to this set" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "Zero is missing, not free" in page
    for text in (listing, page):
        assert not re.search(r'(src|href)="?(https?:)?//|<script|@import|url\(', text)
        assert str(tmp_path) not in text


def test_the_docs_come_out_the_same_each_time(gate: Gate, tmp_path: Path) -> None:
    verdict = dirty(gate)
    validation = tmp_path / "validation"
    render_docs(validation, [verdict])
    before = {path.name: path.read_bytes() for path in validation.iterdir()}
    render_docs(validation, [verdict])
    assert {path.name: path.read_bytes() for path in validation.iterdir()} == before
    assert set(before) == {"index.html", f"{verdict.batch_id}.html", f"{verdict.batch_id}.json"}


def test_a_broken_report_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("{")
    with pytest.raises(SnapshotDamaged, match=r"b\.json is not a validation report"):
        render_docs(tmp_path, [Verdict("b", "accepted", 1, 0)])
