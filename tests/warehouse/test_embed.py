"""Texts become vectors: only new ones, sets of them side by side, and one projection for each set."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pytest

from warehouse import build, embed, log
from warehouse.compression import unit
from warehouse.errors import InvalidInput, KnowledgeUnavailable
from warehouse.settings import Settings
from warehouse.statements import statement

OWN = 24  # dimensions


class Recorder:
    """Embeds a text as what its hash draws, so that every text is its own neighbour; remembers its texts."""

    def __init__(self, model_id: str = f"recorder/float32/{OWN}") -> None:
        self.model_id = model_id
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str], progress: embed.Progress | None = None) -> embed.Vectors:
        self.seen += texts
        if progress is not None:
            progress(len(texts), len(texts))
        return np.stack([self.vector(text) for text in texts])

    @staticmethod
    def vector(text: str) -> embed.Vectors:
        drawn = np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))
        return unit(drawn.standard_normal(OWN) * 0.8 ** np.arange(OWN))


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for table in ("08_documents", "09_embeddings", "20_projections"):
            opened.execute(statement(f"schema/{table}"))
        yield opened


def write(connection: duckdb.DuckDBPyConnection, document_id: str, text: str, kind: str = "region") -> None:
    connection.execute(
        "INSERT OR REPLACE INTO documents BY NAME SELECT $id AS document_id, $kind AS kind, 'en' AS language, "
        "'Title' AS title, 'summary' AS summary, $text AS text, 'k1, k2' AS keywords, 'test' AS source, "
        "sha256($text) AS content_hash",
        {"id": document_id, "text": text, "kind": kind},
    )


def write_many(connection: duckdb.DuckDBPyConnection, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        write(connection, str(number), f"text {number} " + "x" * (number % 7))


def sets(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many vectors there are of each identity."""
    return dict(connection.execute("SELECT model, count(*) FROM embeddings GROUP BY 1 ORDER BY 1").fetchall())


def vectors(connection: duckdb.DuckDBPyConnection, identity: str) -> embed.Vectors:
    return np.stack(embed.document_vectors(connection, identity).column("vector").to_pylist())


def test_only_new_contents_are_embedded(connection: duckdb.DuckDBPyConnection) -> None:
    write(connection, "a", "one text")
    write(connection, "b", "another text")
    write(connection, "b-twin", "another text")
    first = embed.embed_missing(connection, Recorder())
    assert (first.embedded, first.reused) == (2, 0)

    write(connection, "c", "a third text")
    again, calls = Recorder(), list[tuple[int, int]]()
    second = embed.embed_missing(connection, again, lambda done, total: calls.append((done, total)))
    assert (second.embedded, second.reused) == (1, 2)
    assert len(again.seen) == 1
    assert "a third text" in again.seen[0]
    assert calls == [(0, 1), (1, 1)]

    idle = Recorder()
    third = embed.embed_missing(connection, idle)
    assert (third.model, third.embedded, third.reused, idle.seen) == (idle.model_id, 0, 3, [])


def test_a_vector_stays_with_its_text(connection: duckdb.DuckDBPyConnection) -> None:
    write_many(connection, 50)
    recorder = Recorder()
    embed.embed_missing(connection, recorder)
    table = embed.document_vectors(connection, recorder.model_id)
    by_text = {text.rpartition("\n")[2]: Recorder.vector(text) for text in recorder.seen}
    for row in table.select(["text", "vector"]).to_pylist():
        assert row["vector"] == by_text[row["text"]].tolist()


def test_another_model_embeds_again_and_forgotten_texts_go(connection: duckdb.DuckDBPyConnection) -> None:
    first, second = f"first/float32/{OWN}", f"second/float32/{OWN}"
    write(connection, "a", "one text")
    embed.embed_missing(connection, Recorder(first))
    assert embed.embed_missing(connection, Recorder(second)).embedded == 1
    assert sets(connection) == {first: 1, second: 1}
    write(connection, "a", "a changed text")
    assert embed.embed_missing(connection, Recorder(second)).embedded == 1
    assert sets(connection) == {second: 1}


def test_going_back_to_the_set_before_costs_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    write_many(connection, 30)
    names = [f"m/float32/{OWN}", f"m/int8/{OWN}", "m/float32/8"]
    counts = [
        embed.embed_missing(connection, Recorder(names[at])).embedded for at in (0, 1, 0, 1, 2, 1, 2, 0)
    ]
    # Two sets are kept: the one in force and the one before it.
    assert counts == [30, 30, 0, 0, 30, 0, 0, 30]
    assert sets(connection) == {names[0]: 30, names[2]: 30}


def test_sets_do_not_mix(connection: duckdb.DuckDBPyConnection) -> None:
    write_many(connection, 30)
    for name in (f"m/float32/{OWN}", "m/int8/8"):
        embed.embed_missing(connection, Recorder(name))
    write(connection, "late", "only in the second set")
    embed.embed_missing(connection, Recorder("m/int8/8"))
    assert embed.document_vectors(connection, "m/int8/8").column("vector").null_count == 0
    assert embed.document_vectors(connection, f"m/float32/{OWN}").column("vector").null_count == 1
    assert vectors(connection, "m/int8/8").shape == (31, 8)


@pytest.mark.parametrize("identity", ["m/float32/8", "m/int8/8", "m/binary/8", f"m/int8/{OWN}"])
def test_later_documents_and_queries_share_the_projection(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, identity: str
) -> None:
    write_many(connection, 200)
    embed.embed_missing(connection, Recorder(identity))
    before = vectors(connection, identity)
    write_many(connection, 50, start=200)
    recorder = Recorder(identity)
    assert embed.embed_missing(connection, recorder).embedded == 50
    after = vectors(connection, identity)
    assert np.linalg.norm(after, axis=1) == pytest.approx(np.ones(250), abs=1e-5)
    ids = embed.document_vectors(connection, identity).column("document_id").to_pylist()
    old = [int(name) < 200 for name in ids]
    assert np.array_equal(after[old], before)

    embed.write_projection(connection, identity, tmp_path)
    projection = embed.read_projection(tmp_path)
    assert (projection is None) == identity.endswith(f"/{OWN}")
    raw = Recorder.vector(recorder.seen[0])
    query = raw if projection is None else projection(raw)
    assert query.shape == after[0].shape
    (place,) = [at for at, name in enumerate(ids) if recorder.seen[0].endswith(_text(connection, name))]
    assert place in np.argsort(-(after @ query))[: 40 if "binary" in identity else 1]


def _text(connection: duckdb.DuckDBPyConnection, document_id: str) -> str:
    query = "SELECT text FROM documents WHERE document_id = $id"
    return str(connection.execute(query, {"id": document_id}).fetchall()[0][0])


def test_vectors_without_their_projection_are_made_anew(connection: duckdb.DuckDBPyConnection) -> None:
    write_many(connection, 30)
    embed.embed_missing(connection, Recorder("m/int8/8"))
    before = vectors(connection, "m/int8/8")
    connection.execute("DELETE FROM projections")
    report = embed.embed_missing(connection, Recorder("m/int8/8"))
    assert (report.embedded, report.reused) == (30, 0)
    assert np.array_equal(vectors(connection, "m/int8/8"), before)


def test_vectors_of_texts_chosen_otherwise_are_made_anew(connection: duckdb.DuckDBPyConnection) -> None:
    write_many(connection, 30)
    embed.embed_missing(connection, Recorder())
    connection.execute("UPDATE projections SET recipe = 'of an earlier missing.sql'")
    report = embed.embed_missing(connection, Recorder())
    assert (report.embedded, report.reused) == (30, 0)


@pytest.mark.parametrize(("identity", "embedded"), [("m/int8/8", 130), (f"m/int8/{OWN}", 20)])
def test_a_corpus_four_times_as_large_is_projected_anew(
    connection: duckdb.DuckDBPyConnection, identity: str, embedded: int
) -> None:
    write_many(connection, 30)
    embed.embed_missing(connection, Recorder(identity))
    write_many(connection, 80, start=30)
    assert embed.embed_missing(connection, Recorder(identity)).embedded == 80
    write_many(connection, 20, start=110)
    assert embed.embed_missing(connection, Recorder(identity)).embedded == embedded


def test_a_corpus_smaller_than_its_dimensions_is_kept_whole(connection: duckdb.DuckDBPyConnection) -> None:
    write_many(connection, 3)
    recorder = Recorder("m/float32/8")
    embed.embed_missing(connection, recorder)
    kept, exact = vectors(connection, "m/float32/8"), recorder.encode(sorted(recorder.seen))
    assert np.sort((kept @ kept.T).ravel()) == pytest.approx(np.sort((exact @ exact.T).ravel()), abs=1e-5)


def test_no_documents_leave_no_set(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    report = embed.embed_missing(connection, Recorder("m/float32/8"))
    assert (report.embedded, report.reused) == (0, 0)
    assert embed.document_vectors(connection, "m/float32/8").num_rows == 0
    embed.write_projection(connection, "m/float32/8", tmp_path)
    assert list(tmp_path.iterdir()) == []
    write_many(connection, 30)
    assert embed.embed_missing(connection, Recorder("m/float32/8")).embedded == 30


def test_more_dimensions_than_the_model_has_are_refused(connection: duckdb.DuckDBPyConnection) -> None:
    write_many(connection, 3)
    with pytest.raises(InvalidInput, match=f"has {OWN} dimensions, not 64") as caught:
        embed.embed_missing(connection, Recorder("m/float32/64"))
    assert f"at most {OWN}" in caught.value.hint


def test_vectors_and_projections_are_carried_into_a_new_warehouse(limits: Settings, tmp_path: Path) -> None:
    with build.opened(tmp_path / "old.duckdb") as old:
        write_many(old, 30)
        embed.embed_missing(old, Recorder("m/int8/8"))
        before = vectors(old, "m/int8/8")
    with build.opened(tmp_path / "new.duckdb") as new:
        build.carry_over(new, tmp_path / "old.duckdb")
        write_many(new, 30)
        report = embed.embed_missing(new, Recorder("m/int8/8"))
        assert (report.embedded, report.reused) == (0, 30)
        assert np.array_equal(vectors(new, "m/int8/8"), before)


def test_vectors_of_a_warehouse_without_projections_are_made_anew(limits: Settings, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "old.duckdb")) as old:
        old.execute("CREATE TABLE embeddings (content_hash VARCHAR, model VARCHAR, vector FLOAT[])")
        old.execute(f"INSERT INTO embeddings VALUES (sha256('text 0 '), 'm/float32/{OWN}', [0.5, 0.5])")
    with build.opened(tmp_path / "new.duckdb") as new:
        build.carry_over(new, tmp_path / "old.duckdb")
        write_many(new, 1)
        assert embed.embed_missing(new, Recorder(f"m/float32/{OWN}")).embedded == 1


def test_a_refresh_says_in_the_log_how_fast_it_embedded(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    log.configure(tmp_path)
    write_many(connection, 5)
    report = embed.embed_missing(connection, Recorder())
    (line,) = (tmp_path / "cloud-pricing.jsonl").read_text(encoding="utf-8").splitlines()
    event = json.loads(line)
    assert (event["event"], event["embedded"], event["reused"]) == ("embedded", 5, 0)
    assert event["rate"] == pytest.approx(report.rate, rel=0.01, abs=0.1)
    assert report.rate == report.embedded / report.seconds


def test_of_a_card_its_beginning_is_embedded_and_of_a_guide_its_questions_too(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    write(connection, "guide", "a guide", kind="guide")
    write(connection, "machine", "m" * 1000, kind="machine")
    recorder = Recorder()
    embed.embed_missing(connection, recorder)
    assert sorted(recorder.seen) == ["Title\nk1, k2\na guide", "Title\n" + "m" * 250]


def test_vectors_of_an_older_kind_are_named() -> None:
    with pytest.raises(KnowledgeUnavailable, match="my-model-0a1b2c/float32") as caught:
        embed.query_embedder("my-model-0a1b2c/float32")
    assert "cloud-pricing refresh" in caught.value.hint
