"""Smaller vectors: what they keep of the angles between them, and that they come back as they went."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from warehouse import compression
from warehouse.compression import Identity, Vectors
from warehouse.errors import InvalidInput, KnowledgeUnavailable

CORPORA = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.integers(1, 20)),
    elements=st.floats(-1, 1, width=32, allow_subnormal=False),
).filter(lambda found: bool((np.linalg.norm(found, axis=1) > 1e-3).all()))


def corpus(count: int = 400, own: int = 48) -> Vectors:
    """Vectors of length 1 that differ more in some dimensions than in others, and not around the origin."""
    drawn = np.random.default_rng(7).standard_normal((count, own))
    turn = np.linalg.qr(np.random.default_rng(8).standard_normal((own, own)))[0]
    return compression.unit((drawn * 0.9 ** np.arange(own) + 0.3) @ turn)


def nearest(queries: Vectors, vectors: Vectors) -> list[set[int]]:
    return [set(row[:10].tolist()) for row in np.argsort(-(queries @ vectors.T), axis=1)]


def recall(queries: Vectors, vectors: Vectors, exact: Vectors) -> float:
    pairs = zip(nearest(queries, vectors), nearest(exact[: len(queries)], exact), strict=True)
    return float(np.mean([len(found & true) / 10 for found, true in pairs]))


@pytest.mark.parametrize("text", ["all-MiniLM-L6-v2/int8/384", "my/own-0a1b2c/binary/64"])
def test_an_identity_is_what_it_says(text: str) -> None:
    identity = Identity.parse(text)
    assert str(identity) == text
    assert (identity.precision, identity.dimensions) == (text.split("/")[-2], int(text.split("/")[-1]))


@pytest.mark.parametrize(
    "text", ["", "model", "model/float32", "model/float16/8", "model/int8/0", "m/int8/x"]
)
def test_other_names_are_refused(text: str) -> None:
    with pytest.raises(KnowledgeUnavailable, match="model"):
        Identity.parse(text)


@given(CORPORA, st.data())
def test_any_corpus_gives_an_orthonormal_basis(vectors: Vectors, data: st.DataObject) -> None:
    kept = data.draw(st.integers(1, vectors.shape[1]))
    projection = compression.fitted(Identity("m", "float32", kept), vectors)
    assert projection.components.shape == (vectors.shape[1], kept)
    assert projection.components.T @ projection.components == pytest.approx(np.eye(kept), abs=1e-5)


@given(CORPORA)
def test_all_dimensions_keep_every_cosine(vectors: Vectors) -> None:
    units = compression.unit(vectors)
    projection = compression.fitted(Identity("m", "float32", units.shape[1]), units)
    assert projection(units) @ projection(units).T == pytest.approx(units @ units.T, abs=1e-5)


def test_a_corpus_that_fills_few_dimensions_is_kept_whole_in_them() -> None:
    few = compression.unit(corpus(5))
    projection = compression.fitted(Identity("m", "float32", 5), few)
    assert projection(few) @ projection(few).T == pytest.approx(few @ few.T, abs=1e-5)


def test_equal_corpora_give_equal_projections_in_any_order() -> None:
    identity, vectors = Identity("m", "float32", 16), corpus()
    first = compression.fitted(identity, vectors)
    assert np.array_equal(first.components, compression.fitted(identity, vectors.copy()).components)
    shuffled = vectors[np.random.default_rng(3).permutation(len(vectors))]
    assert compression.fitted(identity, shuffled).components == pytest.approx(first.components, abs=1e-4)


def test_projected_and_rounded_vectors_still_find_their_neighbours() -> None:
    exact = corpus()
    queries, found = exact[:100], {}
    for dimensions in (48, 32, 16):
        for precision in ("float32", "int8", "binary"):
            identity = Identity("m", precision, dimensions)
            projection = compression.fitted(identity, exact)
            kept = compression.decoded(compression.encoded(projection(exact), identity), identity)
            found[precision, dimensions] = recall(projection(queries), kept, exact)
    assert found["float32", 48] == pytest.approx(1, abs=0.002)
    assert found["float32", 32] > found["float32", 16] > 0.8
    assert found["int8", 48] > 0.97
    assert all(abs(found["int8", size] - found["float32", size]) < 0.03 for size in (48, 32, 16))
    assert 0.5 < found["binary", 48] < found["int8", 48]


@given(CORPORA)
def test_float32_comes_back_bit_by_bit(vectors: Vectors) -> None:
    units, identity = compression.unit(vectors), Identity("m", "float32", vectors.shape[1])
    assert np.array_equal(compression.decoded(compression.encoded(units, identity), identity), units)


@given(CORPORA)
def test_int8_is_off_by_half_a_step_before_it_is_made_of_length_1(vectors: Vectors) -> None:
    units, identity = compression.unit(vectors), Identity("m", "int8", vectors.shape[1])
    codes = compression.encoded(units, identity)
    back = compression.decoded(codes, identity)
    assert {len(code) for code in codes} == {identity.dimensions}
    assert np.linalg.norm(back, axis=1) == pytest.approx(np.ones(len(back)), abs=1e-5)
    # The error of each number is half a step of the greatest, so that of the angle is known.
    half_step = np.abs(units).max(axis=1) / 127 / 2
    sine = np.sqrt(identity.dimensions) * half_step
    cosine = (back * units).sum(axis=1)
    assert bool((cosine >= np.sqrt(np.maximum(1 - sine**2, 0)) - 1e-5).all())


@given(CORPORA)
def test_binary_keeps_signs_in_bits(vectors: Vectors) -> None:
    identity = Identity("m", "binary", vectors.shape[1])
    codes = compression.encoded(vectors, identity)
    back = compression.decoded(codes, identity)
    assert {len(code) for code in codes} == {-(-identity.dimensions // 8)}
    assert np.array_equal(back > 0, vectors > 0)
    assert np.abs(back) == pytest.approx(np.full(back.shape, identity.dimensions**-0.5))


def test_no_vectors_are_no_vectors() -> None:
    for precision in compression.PRECISIONS:
        identity = Identity("m", precision, 8)
        codes = compression.encoded(np.zeros((0, 8), np.float32), identity)
        assert compression.decoded(codes, identity).shape == (0, 8)


def test_vectors_of_other_dimensions_are_refused() -> None:
    with pytest.raises(InvalidInput, match="48 dimensions, not 64"):
        compression.fitted(Identity("m", "float32", 64), corpus())
    with pytest.raises(InvalidInput, match="48 dimensions"):
        compression.encoded(corpus(), Identity("m", "int8", 16))
    with pytest.raises(KnowledgeUnavailable, match="m/int8/16"):
        compression.decoded([b"short"], Identity("m", "int8", 16))


def test_a_projection_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert compression.load(tmp_path) is None
    projection = compression.fitted(Identity("m", "int8", 16), corpus())
    compression.save(projection, tmp_path)
    held = compression.load(tmp_path)
    assert held is not None
    assert held.identity == "m/int8/16"
    assert np.array_equal(held.components, projection.components)
    shutil.copy(tmp_path / compression.PROJECTION, tmp_path / "before")
    compression.save(projection, tmp_path)
    assert (tmp_path / compression.PROJECTION).read_bytes() == (tmp_path / "before").read_bytes()


@pytest.mark.parametrize("cut", [0, 1, 200, -1])
def test_a_damaged_projection_is_named(tmp_path: Path, cut: int) -> None:
    compression.save(compression.fitted(Identity("m", "int8", 16), corpus()), tmp_path)
    path = tmp_path / compression.PROJECTION
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(KnowledgeUnavailable, match=r"projection\.npz is damaged"):
        compression.load(tmp_path)
