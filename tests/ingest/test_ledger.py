"""The readings of a scope: appended, whole or not at all, and taken anew from the batches' own records."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest import ledger
from ingest.ledger import Reading
from warehouse.contracts import Batch, PayloadRecord, Scope

EC2, RDS = Scope("aws", "AmazonEC2"), Scope("aws", "AmazonRDS")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST = Reading.of(NOON, ["b", "a"], "p1", ["one", "two"])
SECOND = Reading.of(NOON + timedelta(microseconds=1), ["c"], "p2", [])


def test_readings_come_back_in_the_order_they_were_made(tmp_path: Path) -> None:
    assert ledger.readings(tmp_path, "aws_list", EC2) == []
    for one in (SECOND, FIRST):
        ledger.append(tmp_path, "aws_list", EC2, one)
    ledger.append(tmp_path, "aws_list", RDS, SECOND)
    assert ledger.readings(tmp_path, "aws_list", EC2) == [SECOND, FIRST]
    assert ledger.readings(tmp_path, "aws_spot", EC2) == []
    assert sorted(map(len, ledger.every_scope(tmp_path))) == [1, 2]


def test_moments_sort_as_texts_and_payloads_have_no_order() -> None:
    assert FIRST.moment < SECOND.moment
    assert FIRST.since == NOON
    assert FIRST.payloads == ledger.payloads_key(["a", "b"]) != ledger.payloads_key(["a"])


def test_a_line_that_was_cut_off_anywhere_is_passed_over(tmp_path: Path) -> None:
    ledger.append(tmp_path, "aws_list", EC2, FIRST)
    (path,) = tmp_path.rglob("*.txt")
    whole = path.read_bytes()
    for length in range(len(whole) - 1):
        path.write_bytes(whole[:length])
        assert ledger.readings(tmp_path, "aws_list", EC2) == []
        ledger.append(tmp_path, "aws_list", EC2, SECOND)
        assert ledger.readings(tmp_path, "aws_list", EC2) == [SECOND]


def test_lost_readings_are_taken_from_the_batches(tmp_path: Path) -> None:
    record = PayloadRecord("a", "list.csv", "https://example.com", 1, NOON)
    batches = [
        Batch(name, "aws_list", EC2, NOON, NOON + timedelta(days=day), "p1", (record,), {}, {})
        for name, day in (("two", 1), ("one", 0))
    ]
    ledger.recreate(tmp_path, list)
    assert list(tmp_path.iterdir()) == [], "nothing is written where there is nothing"
    ledger.recreate(tmp_path, lambda: batches)
    found = ledger.readings(tmp_path, "aws_list", EC2)
    assert [(one.since, one.batches) for one in found] == [
        (NOON, ("one",)), (NOON + timedelta(days=1), ("two",)),
    ]  # fmt: skip
    ledger.recreate(tmp_path, list)
    assert ledger.readings(tmp_path, "aws_list", EC2) == found
