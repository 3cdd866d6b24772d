"""What is told of two snapshots: prices and documents that came, went or changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from warehouse import build, comparison
from warehouse.errors import SnapshotDamaged
from warehouse.snapshots import Manifest, Snapshot
from warehouse.statements import statements

NOW = datetime(2026, 11, 20, tzinfo=UTC)
KEY = """INSERT INTO price_keys BY NAME SELECT $id::UUID AS price_id, 'libcloud' AS source, 'aws' AS provider,
'AmazonEC2' AS service, 'compute' AS category, $item AS sku_id, $item AS name, $item AS instance_type,
'linux' AS operating_system, 'shared' AS tenancy, 'us-east-1' AS region, 'on_demand' AS purchase_option,
'list' AS price_type, 0 AS tier_from, 'hour' AS unit, 'Hrs' AS unit_raw, 'USD' AS currency, 'u' AS source_url"""
SPAN = """INSERT INTO open_spans BY NAME SELECT key_no, '2026-11-01'::TIMESTAMPTZ AS valid_from, $price AS price,
$upfront AS upfront, 'b' AS batch_id FROM price_keys WHERE price_id = $id"""
PAST = "INSERT INTO past_spans VALUES (0, '2026-11-01', '2026-11-02', 1, 1, 'b', NULL)"
DOCUMENT = """INSERT INTO documents BY NAME SELECT $id AS document_id, split_part($id, '/', 1) AS kind,
split_part($id, '/', -1) AS language, $title AS title, '' AS summary, '' AS text, '' AS keywords,
'here' AS source, $hash AS content_hash"""

Price = tuple[str, str, str | None]  # machine, price, upfront
Text = tuple[str, str, str]  # id, title, hash


def snapshot(data: Path, folder: Path, prices: Sequence[Price], documents: Sequence[Text]) -> Snapshot:
    """Besides these prices one that is no longer in force."""
    folder.mkdir()
    made = Snapshot(folder, Manifest(folder.name, NOW, None, "", (), (), {}, {}, {}))
    with duckdb.connect(str(made.warehouse)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for text in statements("schema"):
            connection.execute(text)
        for machine, price, upfront in prices:
            number = str(UUID(int=sum(machine.encode())))
            connection.execute(KEY, {"id": number, "item": machine})
            span = {"id": number, "price": price, "upfront": upfront}
            connection.execute(SPAN, span)
        connection.execute(PAST)
        for document_id, title, content in documents:
            connection.execute(DOCUMENT, {"id": document_id, "title": title, "hash": content})
        build.load_reference(connection, data)
        build.derive(connection)
    return made


@pytest.fixture
def two(small_data: Path, tmp_path: Path) -> tuple[Snapshot, Snapshot]:
    older = snapshot(
        small_data, tmp_path / "older",
        [("same", "1", "9"), ("gone", "2", None), ("dearer", "4", None), ("upfront", "1", "100"), ("free", "0", None)],
        [("guide/a/en", "A", "1"), ("guide/b/en", "B", "1"), ("machine/aws/m5.large/en", "AWS m5.large", "1")],
    )  # fmt: skip
    newer = snapshot(
        small_data, tmp_path / "newer",
        [("same", "1", "9"), ("new", "3", None), ("dearer", "5", None), ("upfront", "1", "40"), ("free", "1", None)],
        [("guide/a/en", "A", "1"), ("guide/b/en", "Bee", "2"), ("region/aws/us-east-1/pt", "Virgínia", "1")],
    )  # fmt: skip
    return older, newer


def test_prices_added_gone_and_changed(two: tuple[Snapshot, Snapshot]) -> None:
    found = comparison.compare(*two)
    assert found.counts.rows[0] == ("prices", 1, 1, 3)
    (new,), (gone,) = found.prices_added.records(), found.prices_gone.records()
    assert (new["item"], new["old_price"], new["new_price"]) == ("new", None, 3)
    assert (gone["item"], gone["old_price"], gone["new_price"]) == ("gone", 2, None)
    assert gone["price_id"] == UUID(int=sum(b"gone"))


def test_changes_come_largest_first_and_of_amounts_at_the_start_too(two: tuple[Snapshot, Snapshot]) -> None:
    upfront, dearer, free = comparison.compare(*two).price_changes.records()
    assert (upfront["item"], upfront["old_price"], upfront["new_price"]) == ("upfront", 1, 1)
    assert (upfront["old_upfront"], upfront["new_upfront"], upfront["upfront_change_percent"]) == (
        100,
        40,
        -60,
    )
    assert (dearer["old_price"], dearer["new_price"], dearer["change_percent"]) == (4, Decimal(5), 25)
    assert (free["item"], free["change_percent"]) == ("free", None)


def test_documents_added_dropped_and_changed(two: tuple[Snapshot, Snapshot]) -> None:
    found = comparison.compare(*two)
    assert found.kinds.columns == ("kind", "added", "dropped", "changed")
    assert found.kinds.rows == (("guide", 0, 0, 1), ("machine", 0, 1, 0), ("region", 1, 0, 0))
    titles = {
        name: [(one["document_id"], one["title"]) for one in getattr(found, f"documents_{name}").records()]
        for name in ("added", "dropped", "changed")
    }
    assert titles == {
        "added": [("region/aws/us-east-1/pt", "Virgínia")],
        "dropped": [("machine/aws/m5.large/en", "AWS m5.large")],
        "changed": [("guide/b/en", "Bee")],
    }


def test_each_list_is_cut_and_says_so(two: tuple[Snapshot, Snapshot]) -> None:
    found = comparison.compare(*two, limit=1)
    assert (len(found.price_changes.rows), found.price_changes.truncated) == (1, True)
    assert (len(found.prices_added.rows), found.prices_added.truncated) == (1, False)
    assert found.counts.rows[0] == ("prices", 1, 1, 3)


def test_nothing_differs_from_itself(two: tuple[Snapshot, Snapshot]) -> None:
    found = comparison.compare(two[0], two[0])
    assert found.counts.rows[0] == ("prices", 0, 0, 0)
    assert not any(result.rows for name, result in vars(found).items() if name != "counts")


def test_a_warehouse_that_does_not_open_is_told(two: tuple[Snapshot, Snapshot]) -> None:
    two[1].warehouse.write_bytes(b"x")
    with pytest.raises(SnapshotDamaged, match=r"cannot be compared.*snapshots verify"):
        comparison.compare(*two)
