"""Publishing from staged batches: nothing for nothing, only what is new, and the same again from payloads."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.progress import listening
from flows.publish import Published, as_record, publish_batches
from flows.refresh import restage
from ingest import staging
from tests.flows.conftest import TWO
from warehouse import embed, knowledge, snapshots
from warehouse.errors import InvalidInput, SnapshotDamaged, StoreBusy
from warehouse.knowledge import Knowledge
from warehouse.reader import Reader

IN_FORCE = "SELECT sku_id, region, price, currency FROM prices WHERE valid_to IS NULL ORDER BY ALL"
HISTORY = "SELECT price_id, valid_from, valid_to, price FROM prices ORDER BY ALL"


def stages_of(house: Any, **how: Any) -> tuple[Any, list[str]]:
    told: list[str] = []
    with listening(lambda stage, done, total: told.append(stage)):
        published = house.publish(**how)
    return published, list(dict.fromkeys(told))


def rows(house: Any, sql: str, snapshot: str | None = None) -> Any:
    with Reader.open(house.limits.store, snapshot) as reader:
        return reader.query(sql).rows


def test_the_first_publication_goes_through_every_stage(house: Any) -> None:
    house.write_list(TWO)
    house.collect()
    published, stages = stages_of(house)
    assert stages == [
        "copy", "load", "derive", "documents", "embed", "knowledge", "validate", "seal", "point",
    ]  # fmt: skip
    assert published.changed
    assert published.embedded == len(house.embedder.texts) > 0
    assert published.reused == 0
    assert snapshots.current_id(house.limits.store) == published.snapshot
    assert rows(house, "SELECT count(*) FROM offers") == ((2,),)


def test_unchanged_inputs_publish_nothing(house: Any, first: Published) -> None:
    before = len(house.embedder.texts)
    again, stages = stages_of(house)
    assert (again.changed, again.snapshot, again.embedded) == (False, first.snapshot, 0)
    assert again.rows == first.rows
    assert stages == []
    assert not house.refresh(TWO).changed  # a second fetch of the same list is no news either
    assert snapshots.published(house.limits.store) == [first.snapshot]
    assert len(house.embedder.texts) == before


def test_one_changed_price_embeds_only_the_cards_it_is_on(house: Any) -> None:
    house.stage(house.prices, machines=house.machines)
    first = house.publish()
    before = dict(rows(house, "SELECT document_id, content_hash FROM documents"))
    # The list of the same day, corrected: a card tells its prices and their day.
    changed = house.prices | {"m5.xlarge@us-east-1": 0.2}
    house.stage(changed, observed_at=datetime(2026, 11, 2, tzinfo=UTC))
    house.embedder.texts.clear()
    second = house.publish()
    after = dict(rows(house, "SELECT document_id, content_hash FROM documents"))
    different = {document_id for document_id in after if before.get(document_id) != after[document_id]}
    assert {f"machine/aws/m5.xlarge/{language}" for language in ("en", "pt")} <= different
    assert not {f"machine/aws/p5.48xlarge/{language}" for language in ("en", "pt")} & different
    assert second.embedded == len({after[one] for one in different}) == len(house.embedder.texts)
    assert second.embedded + second.reused == len(set(after.values()))
    assert second.embedded < first.embedded


@pytest.mark.usefixtures("first")
def test_a_changed_guide_is_embedded_and_a_removed_one_forgotten(house: Any) -> None:
    guides = house.limits.data / "knowledge"
    guide = guides / "en" / "spot-instances.md"
    guide.write_text(guide.read_text(encoding="utf-8") + "\nSpot is not for databases.\n", encoding="utf-8")
    (guides / "pt" / "spot-instances.md").unlink()
    house.embedder.texts.clear()
    published = house.publish()
    assert (published.changed, published.embedded) == (True, 1)
    assert "not for databases" in house.embedder.texts[0]
    assert rows(house, "SELECT document_id FROM documents WHERE kind = 'guide'") == (
        ("guide/spot-instances/en",),
    )
    assert rows(house, "SELECT count(*) FROM embeddings") == ((published.embedded + published.reused,),)


@pytest.mark.usefixtures("first")
def test_a_changed_reference_table_is_published(house: Any) -> None:
    table = house.limits.data / "reference" / "fx_rates.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("USD,2026-10-30,1,", "USD,2026-11-30,1,"), encoding="utf-8"
    )
    published = house.publish()
    assert (published.changed, published.verdicts) == (True, ())
    assert str(rows(house, "SELECT rate_date FROM fx_rates WHERE currency = 'USD'")[0][0]) == "2026-11-30"


def test_the_manifest_tells_what_the_snapshot_is(house: Any) -> None:
    house.stage({"m5.large@us-east-1": 0.096, "m5.xlarge@us-east-1": 0})
    first = house.publish()
    second = house.refresh(TWO)
    manifest = snapshots.load(house.limits.store).manifest
    assert (manifest.id, manifest.previous) == (second.snapshot, first.snapshot)
    assert set(manifest.batches) == {batch.batch_id for batch in staging.staged(house.limits.store)}
    assert [verdict.verdict for verdict in manifest.verdicts] == ["accepted"]
    (gate,) = snapshots.load(house.limits.store, first.snapshot).manifest.verdicts
    assert (gate.verdict, gate.rows, gate.quarantined, gate.reasons) == (
        "accepted_with_quarantine", 2, 1, {"zero_price": 1},
    )  # fmt: skip
    for table, count in manifest.rows.items():
        table = "open_spans" if table == "prices_in_force" else table
        assert rows(house, f"SELECT count(*) FROM {table}") == ((count,),)
    assert manifest.knowledge == {
        "model": embed.BUNDLED_ID,
        "digest": knowledge.logical_digest(snapshots.load(house.limits.store).folder / "chroma"),
        "servers": [],
        "documents": dict(rows(house, "SELECT kind, count(*) FROM documents GROUP BY kind")),
        "embedded": second.embedded,
        "reused": second.reused,
    }
    assert {"duckdb", "great-expectations", "chromadb", "sentence-transformers"} <= set(manifest.libraries)
    assert abs(manifest.created_at - datetime.now(UTC)) < timedelta(minutes=5)
    kinds = {name.partition("/")[0] for name in manifest.files}
    assert kinds == {"warehouse.duckdb", "chroma", "lexicon.sqlite3", "validation"}
    assert {f"validation/{verdict.batch_id}.json" for verdict in manifest.verdicts} <= set(manifest.files)
    assert "validation/index.html" in manifest.files
    assert snapshots.verify(snapshots.load(house.limits.store)) == []


def test_vectors_are_of_the_same_snapshot(house: Any, first: Published) -> None:
    snapshot = snapshots.load(house.limits.store)
    with Knowledge.open(snapshot.folder, house.limits.store / "cache" / "chroma") as opened:
        found = opened.search("when is spot worth it", limit=1, language="en")
    assert found[0].document.document_id == "guide/spot-instances/en"
    assert snapshots.verify(snapshot) == []
    assert first.rows["documents"] == rows(house, "SELECT count(*) FROM documents")[0][0]


def test_a_refused_batch_is_published_as_refused(house: Any) -> None:
    many = {f"m5.size{number}@us-east-1": 0.1 + number / 1000 for number in range(120)}
    house.stage(many)
    house.publish()
    house.stage(dict(list(many.items())[:10]), datetime(2026, 11, 2, tzinfo=UTC))
    published = house.publish()
    assert [verdict.verdict for verdict in published.refused] == ["refused"]
    assert rows(house, "SELECT count(*), max(as_of)::DATE::VARCHAR FROM offers") == ((120, "2026-11-01"),)
    record = as_record(published)
    assert record["verdicts"][0]["failures"] == list(published.refused[0].failures)


@pytest.mark.usefixtures("first")
def test_a_change_announced_for_later_waits_for_its_day(house: Any) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    house.stage({"m5.large@us-east-1": 0.2}, tomorrow)
    assert not house.publish().changed
    assert house.publish(batches=staging.staged(house.limits.store, tomorrow)).changed


def test_old_snapshots_are_pruned(house: Any) -> None:
    limits = house.limits.model_copy(update={"keep_snapshots": 2})
    ids = []
    for number in range(4):
        house.write_list({"m5.large@us-east-1": 0.1 + number / 1000})
        house.collect()
        published = publish_batches(staging.staged(limits.store), limits, embedder=house.embedder)
        ids.append(published.snapshot)
    assert snapshots.published(limits.store) == sorted(ids)[-2:]


def test_a_second_publisher_is_turned_away(house: Any) -> None:
    house.write_list(TWO)
    house.collect()
    limits = house.limits.model_copy(update={"lock_timeout": 0.1})
    with snapshots.publishing(limits.store, 1), pytest.raises(StoreBusy):
        publish_batches(staging.staged(limits.store), limits, embedder=house.embedder)


def test_a_failure_leaves_the_pointer_and_the_next_one_cleans_up(house: Any, first: Published) -> None:
    (house.limits.data / "knowledge" / "en" / "spot-instances.md").write_text(
        "no front matter", encoding="utf-8"
    )
    with pytest.raises(Exception, match="front matter"):
        house.refresh({"m5.large@us-east-1": 0.098})
    assert snapshots.current_id(house.limits.store) == first.snapshot
    shutil.copytree(house.limits.data / "knowledge" / "pt", house.limits.data / "knowledge" / "other")
    shutil.rmtree(house.limits.data / "knowledge" / "en")
    assert house.publish().changed
    assert not list((house.limits.store / "snapshots").glob(".*"))


@pytest.mark.usefixtures("first")
def test_a_damaged_snapshot_is_not_built_upon(house: Any) -> None:
    warehouse = snapshots.load(house.limits.store).warehouse
    warehouse.write_bytes(b"x" + warehouse.read_bytes()[1:])
    with pytest.raises(SnapshotDamaged, match="rollback"):
        house.refresh({"m5.large@us-east-1": 0.098})
    published = house.publish(anew=True)
    assert snapshots.verify(snapshots.load(house.limits.store, published.snapshot)) == []
    assert float(rows(house, "SELECT price_usd_hour FROM offers")[0][0]) == 0.098


@pytest.mark.usefixtures("first")
def test_another_recipe_builds_anew_from_the_batches(house: Any) -> None:
    house.refresh(TWO | {"m5.large@us-east-1": 0.098})
    before = rows(house, "SELECT sku_id, region, price, valid_from, valid_to FROM prices ORDER BY ALL")
    rebuilt = house.publish(
        anew=True, batches=[*staging.staged(house.limits.store), house.stage({"m5.xlarge@us-east-1": 0.2})]
    )
    assert rebuilt.changed
    mine = "SELECT sku_id, region, price, valid_from, valid_to FROM prices WHERE source = 'price_file' ORDER BY ALL"
    assert rows(house, mine) == before


def test_replay_gives_the_same_history_from_payloads_alone(house: Any) -> None:
    house.write_list({"m5.xlarge@us-east-1": 0.19}, name="dated", as_of="2026-11-02")
    house.refresh(TWO)
    house.refresh(TWO | {"m5.large@us-east-1": 0.098})
    house.collect()  # once more what is known
    house.publish()
    store = house.limits.store
    before = rows(house, HISTORY)
    assert len(before) == 4
    for gone in ("staging", "snapshots"):
        shutil.rmtree(store / gone)
    (store / "CURRENT").unlink()
    for path in house.files.values():
        path.unlink()
    collected, batches = restage(house.limits, datetime.now(UTC))
    assert [one.parsed for one in collected] == [True, True, True]
    assert house.publish(batches=batches, anew=True).changed
    assert rows(house, HISTORY) == before
    collected, batches = restage(house.limits, datetime.now(UTC))
    assert [one.parsed for one in collected] == [False, False, False]
    assert not house.publish(batches=batches, anew=True).changed


@pytest.mark.usefixtures("first")
def test_replay_goes_back_to_a_day(house: Any) -> None:
    then = datetime.now(UTC)
    house.refresh({"m5.large@us-east-1": 0.1})
    _, batches = restage(house.limits, then)
    published = house.publish(batches=batches, anew=True)
    assert {float(row[2]) for row in rows(house, IN_FORCE)} == {0.096, 0.107}
    assert house.publish().changed  # and forward again
    assert {float(row[2]) for row in rows(house, IN_FORCE)} == {0.1}
    assert published.snapshot in snapshots.published(house.limits.store)


@pytest.mark.usefixtures("first")
def test_replay_takes_only_the_sources_it_is_told(house: Any) -> None:
    assert len(restage(house.limits, datetime.now(UTC), ["price_file"])[1]) == 1
    with pytest.raises(InvalidInput, match=r"No payload in .* up to"):
        restage(house.limits, datetime.now(UTC), ["libcloud"])


@pytest.mark.usefixtures("first")
def test_the_store_needs_nothing_but_its_own_folder(house: Any, tmp_path: Path) -> None:
    """Backup is a copy of the folder."""
    copy = tmp_path / "elsewhere"
    shutil.copytree(house.limits.store, copy)
    shutil.rmtree(house.limits.store)
    assert snapshots.verify(snapshots.load(copy)) == []
    with Reader.open(copy) as reader:
        assert reader.query("SELECT count(*) FROM offers").rows == ((2,),)


@pytest.mark.usefixtures("first")
def test_a_refused_batch_is_told_until_another_one_follows(house: Any) -> None:
    house.refresh(dict.fromkeys(TWO, 0))
    again = house.publish()
    assert not again.changed
    assert [verdict.verdict for verdict in again.refused] == ["refused"]
    followed = house.refresh(TWO | {"m5.large@us-east-1": 0.098})
    assert followed.refused == ()
    assert house.publish().refused == ()


def test_no_batch_at_all_publishes_nothing(limits: Any) -> None:
    published = publish_batches([], limits)
    assert (published.snapshot, published.changed) == (None, False)
    assert snapshots.published(limits.store) == []
