from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import rmtree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.landing import Landing
from ingest.source import Fetched, Payload, Tables
from ingest.staging import already, batch_folder, parser_fingerprint, stage, staged
from warehouse.contracts import PRICES, Batch, Scope
from warehouse.errors import PayloadInvalid

SCOPE = Scope("aws", "AmazonEC2")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
AS_OF = datetime(2025, 3, 2, tzinfo=UTC)
Stage = Callable[..., list[Batch]]


def prices(observed_at: datetime = NOON, **by_sku: str) -> pa.Table:
    required = {
        "provider": "aws", "service": "AmazonEC2", "category": "compute", "region": "us-east-1",
        "purchase_option": "on_demand", "price_type": "list", "tier_from": Decimal(0), "unit": "hour",
        "unit_raw": "Hrs", "currency": "USD", "source": "libcloud", "source_url": "https://example.com",
        "observed_at": observed_at,
    }  # fmt: skip
    rows = [
        {**required, "sku_id": sku, "name": sku, "price": Decimal(price)} for sku, price in by_sku.items()
    ]
    return pa.Table.from_pylist(rows, schema=PRICES)


@pytest.fixture
def payload(landing: Landing) -> Callable[..., Payload]:
    def make(content: bytes = b"list", when: datetime = NOON) -> Payload:
        return landing.keep("libcloud", SCOPE, Fetched("list.json", "https://example.com", [content]), when)

    return make


@pytest.fixture
def stage_one(tmp_path: Path, payload: Callable[..., Payload]) -> Stage:
    def run(
        table: pa.Table, as_of: datetime | None = AS_OF, content: bytes = b"list", when: datetime = NOON
    ) -> object:
        kept = [payload(content, when)]
        return stage(tmp_path, "libcloud", SCOPE, kept, [Tables({"prices": table}, as_of)], parser="p1")

    return run


def test_a_batch_is_written_whole_and_read_back(tmp_path: Path, stage_one: Stage) -> None:
    (batch,) = stage_one(prices(a="1.5", b="0"))
    assert staged(tmp_path) == [batch]
    assert (batch.rows, batch.as_of, batch.observed_at, batch.scope) == ({"prices": 2}, AS_OF, NOON, SCOPE)
    table = pq.read_table(batch_folder(tmp_path, batch.batch_id) / "prices.parquet")
    assert table.schema.equals(PRICES)
    assert table["price"].to_pylist() == [Decimal("1.5"), Decimal(0)]


def test_equal_rows_give_the_same_batch_whatever_their_order_and_time(
    tmp_path: Path, stage_one: Stage
) -> None:
    (first,) = stage_one(prices(a="1", b="2"))
    later = NOON + timedelta(days=3)
    (second,) = stage_one(prices(later, b="2", a="1"), content=b"the list in other words", when=later)
    assert second == first
    assert second.observed_at == NOON
    assert len(staged(tmp_path)) == 1


@pytest.mark.parametrize("changed", [{"a": "1.0000000001"}, {"b": "1"}, {"a": "1", "b": "1"}])
def test_other_rows_give_another_batch(stage_one: Stage, changed: dict[str, str]) -> None:
    (first,), (second,) = stage_one(prices(a="1")), stage_one(prices(**changed))
    assert first.batch_id != second.batch_id


def test_files_are_the_same_bytes_in_every_store(tmp_path: Path, landing: Landing) -> None:
    contents = []
    for name, table in (("one", prices(a="1", b="2")), ("two", prices(b="2", a="1"))):
        kept = [landing.keep("libcloud", SCOPE, Fetched("x", "y", [b"list"]), NOON)]
        (batch,) = stage(tmp_path / name, "libcloud", SCOPE, kept, [Tables({"prices": table}, AS_OF)])
        contents.append((batch_folder(tmp_path / name, batch.batch_id) / "prices.parquet").read_bytes())
    assert contents[0] == contents[1]


def test_tables_of_one_moment_are_one_batch(tmp_path: Path, payload: Callable[..., Payload]) -> None:
    later = AS_OF + timedelta(days=1)
    parts = [Tables({"prices": prices(a="1")}, AS_OF), Tables({"prices": prices(a="2")}, later)]
    parts.append(Tables({"prices": prices(b="1")}, AS_OF))
    batches = stage(tmp_path, "libcloud", SCOPE, [payload()], parts)
    assert [(batch.as_of, batch.rows["prices"]) for batch in batches] == [(AS_OF, 2), (later, 1)]


def test_data_without_a_date_speaks_for_the_time_it_was_fetched(stage_one: Stage) -> None:
    (batch,) = stage_one(prices(a="1"), as_of=None)
    assert batch.as_of == NOON


def test_a_change_announced_for_later_waits(tmp_path: Path, stage_one: Stage) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    (batch,) = stage_one(prices(a="1"), as_of=tomorrow)
    assert staged(tmp_path) == []
    assert staged(tmp_path, until=tomorrow) == [batch]


def test_a_payload_seen_before_is_known_by_parser_and_scope(
    tmp_path: Path, stage_one: Stage, payload: Callable[..., Payload]
) -> None:
    assert already(tmp_path, "libcloud", SCOPE, [payload().record], "p1") is None
    batches = stage_one(prices(a="1"))
    records = [payload().record]
    assert already(tmp_path, "libcloud", SCOPE, records, "p1") == batches
    assert already(tmp_path, "libcloud", SCOPE, records, "p2") is None
    assert already(tmp_path, "libcloud", Scope("azure"), records, "p1") is None
    assert already(tmp_path, "other", SCOPE, records, "p1") is None
    (batch_folder(tmp_path, batches[0].batch_id) / "batch.json").unlink()
    assert already(tmp_path, "libcloud", SCOPE, records, "p1") is None


def test_undated_data_that_comes_back_speaks_for_a_new_time(
    tmp_path: Path, stage_one: Stage, payload: Callable[..., Payload]
) -> None:
    stage_one(prices(a="1"), as_of=None, content=b"A")
    later = [payload(b"A", NOON + timedelta(days=2)).record]
    assert already(tmp_path, "libcloud", SCOPE, later, "p1")
    stage_one(prices(a="2"), as_of=None, content=b"B", when=NOON + timedelta(days=1))
    assert already(tmp_path, "libcloud", SCOPE, later, "p1") is None
    assert already(tmp_path, "libcloud", SCOPE, [payload(b"A").record], "p1"), "the first fetch, replayed"
    (again,) = stage_one(prices(a="1"), as_of=None, content=b"A", when=NOON + timedelta(days=2))
    assert again.as_of == NOON + timedelta(days=2)
    assert already(tmp_path, "libcloud", SCOPE, later, "p1") == [again]


def test_another_parser_changes_no_dates(tmp_path: Path, payload: Callable[..., Payload]) -> None:
    def read(content: bytes, day: int, parser: str, price: str) -> datetime:
        kept = [payload(content, NOON + timedelta(days=day))]
        (batch,) = stage(
            tmp_path, "libcloud", SCOPE, kept, [Tables({"prices": prices(a=price)})], parser=parser
        )
        return batch.as_of

    assert read(b"A", 0, "p1", "1") == NOON
    assert read(b"B", 1, "p1", "2") == NOON + timedelta(days=1)
    assert read(b"B", 2, "p2", "3") == NOON + timedelta(days=1)
    due = staged(tmp_path, until=NOON + timedelta(days=9))
    assert [batch.as_of for batch in due] == [NOON, NOON + timedelta(days=1)]
    assert read(b"A", 3, "p2", "1") == NOON + timedelta(days=3)


def test_a_newer_parser_replaces_reading_by_reading(tmp_path: Path, payload: Callable[..., Payload]) -> None:
    def read(content: bytes, day: int, parser: str, price: str) -> Batch:
        kept = [payload(content, NOON + timedelta(days=day))]
        (batch,) = stage(
            tmp_path, "libcloud", SCOPE, kept, [Tables({"prices": prices(a=price)})], parser=parser
        )
        return batch

    old = [read(b"A", 0, "p1", "1"), read(b"B", 1, "p1", "2"), read(b"A", 2, "p1", "1")]
    limit = NOON + timedelta(days=9)
    assert staged(tmp_path, until=limit) == old, "what came back is a batch beside the first"
    again = read(b"A", 3, "p2", "3")
    assert again.as_of == old[2].as_of
    assert staged(tmp_path, until=limit) == [*old[:2], again]
    first = read(b"A", 0, "p2", "3")
    assert staged(tmp_path, until=limit) == [first, old[1], again]


def test_readings_of_a_lost_ledger_are_those_of_the_batches(
    tmp_path: Path, stage_one: Stage, payload: Callable[..., Payload]
) -> None:
    (first,) = stage_one(prices(a="1"), as_of=None, content=b"A")
    (second,) = stage_one(prices(a="2"), as_of=None, content=b"B", when=NOON + timedelta(days=1))
    rmtree(tmp_path / "staging" / "readings")
    assert already(tmp_path, "libcloud", SCOPE, [payload(b"A").record], "p1") == [first]
    later = NOON + timedelta(days=2)
    assert already(tmp_path, "libcloud", SCOPE, [payload(b"A", later).record], "p1") is None
    assert already(tmp_path, "libcloud", SCOPE, [payload(b"B", later).record], "p1") == [second]


def test_what_a_killed_run_left_is_no_batch_and_is_swept(tmp_path: Path, stage_one: Stage) -> None:
    leftover = tmp_path / "staging" / ".aside-99999999-x"
    leftover.mkdir(parents=True)
    (leftover / "prices.parquet").write_bytes(b"half")
    assert staged(tmp_path) == []
    half = tmp_path / "staging" / stage_one(prices(a="1"))[0].batch_id
    assert not leftover.exists()
    (half / "batch.json").unlink()
    (batch,) = stage_one(prices(a="1"))
    assert staged(tmp_path) == [batch]


def test_rows_that_do_not_fit_their_contract_are_refused(tmp_path: Path, stage_one: Stage) -> None:
    with pytest.raises(PayloadInvalid, match="price"):
        stage_one(prices(a="1").drop_columns(["price"]))
    assert staged(tmp_path) == []


def test_a_damaged_record_is_named(tmp_path: Path, stage_one: Stage) -> None:
    (batch,) = stage_one(prices(a="1"))
    record = batch_folder(tmp_path, batch.batch_id) / "batch.json"
    record.write_text("{", encoding="utf-8")
    with pytest.raises(PayloadInvalid, match=batch.batch_id):
        staged(tmp_path)


def test_the_fingerprint_tells_parsers_apart() -> None:
    assert parser_fingerprint("libcloud") != parser_fingerprint("genai_prices")
