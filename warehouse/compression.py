"""Vectors made smaller: fewer dimensions by PCA, and less precise numbers; and back to float32.

* A *projection* keeps the dimensions in which the vectors of a corpus differ most. It is fitted about
  the origin and not about the mean, because cosines are measured from there: centred vectors have other
  neighbours. Within the kept dimensions the axes are turned at random. That changes no cosine, and
  spreads what PCA gathers in the first dimensions over all of them, where rounding does least harm.
* `int8` rounds a vector in 254 steps of its own greatest component. Making it of length 1 again undoes
  the scale, which therefore needs to be kept nowhere and fits every later vector.
* `binary` keeps the signs.

Only what is stored is rounded; queries are projected and stay float32.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from warehouse.errors import InvalidInput, KnowledgeUnavailable

Vectors: TypeAlias = NDArray[np.float32]  # one row a text, each of length 1
PRECISIONS = ("float32", "int8", "binary")
PROJECTION = "projection.npz"
_STEPS = 127
_TURN = 20261122  # the seed of the turned axes; another one would make other vectors


@dataclass(frozen=True)
class Identity:
    """What tells vectors apart that must never meet in a search: `<model>/<precision>/<dimensions>`."""

    model: str
    precision: str
    dimensions: int

    def __str__(self) -> str:
        return f"{self.model}/{self.precision}/{self.dimensions}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises KnowledgeUnavailable."""
        parts = text.rsplit("/", 2)
        if len(parts) != 3 or parts[1] not in PRECISIONS or not parts[2].isdecimal() or not int(parts[2]):
            line = f"Vectors of `{text}` are not known here: that is no <model>/<precision>/<dimensions>."
            raise KnowledgeUnavailable(line, "Run `cloud-pricing refresh`.")
        return cls(parts[0], parts[1], int(parts[2]))

    @property
    def code_bytes(self) -> int:
        """Bytes that `encoded` takes for a vector."""
        return {
            "float32": 4 * self.dimensions,
            "int8": self.dimensions,
            "binary": (self.dimensions + 7) // 8,
        }[self.precision]


@dataclass(frozen=True, eq=False)
class Projection:
    """`components` has a row for each dimension of the model and an orthonormal column for each kept."""

    identity: str
    components: Vectors

    def __call__(self, vectors: Vectors) -> Vectors:
        """The projected vectors, of length 1 again; one vector or rows of them."""
        return unit(vectors @ self.components)


def fitted(identity: Identity, vectors: Vectors) -> Projection:
    """The projection that keeps most of these vectors, of which there may be fewer than dimensions.

    Raises InvalidInput where they have fewer dimensions than are to be kept.
    """
    own = vectors.shape[1]
    if identity.dimensions > own:
        raise _too_many(identity.dimensions, own)
    exact = vectors.astype(np.float64)
    _, axes = np.linalg.eigh(exact.T @ exact)  # an orthonormal basis of all dimensions, the best last
    kept = axes[:, ::-1][:, : identity.dimensions]
    # The sign of an eigenvector is anyone's choice: its greatest component is positive here.
    kept = kept * np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(identity.dimensions)])
    return Projection(str(identity), (kept @ _turn(identity.dimensions)).astype(np.float32))


def _turn(dimensions: int) -> NDArray[np.float64]:
    drawn = np.random.default_rng(_TURN).standard_normal((dimensions, dimensions))
    turn, triangle = np.linalg.qr(drawn)
    return np.asarray(turn * np.sign(np.diag(triangle)), np.float64)


def require_dimensions(dimensions: int, own: int) -> int:
    """The dimensions that are kept of a model's `own`; 0 keeps all. Raises InvalidInput."""
    if dimensions > own:
        raise _too_many(dimensions, own)
    return dimensions or own


def _too_many(dimensions: int, own: int) -> InvalidInput:
    return InvalidInput(
        f"CLOUD_PRICING_EMBEDDING_DIMENSIONS: the model has {own} dimensions, not {dimensions}.",
        f"Give at most {own}, or 0 for all of them.",
    )


def unit(vectors: NDArray[Any]) -> Vectors:
    """Vectors of length 1; one that is zero stays so."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length == 0, 1, length), np.float32)


def encoded(vectors: Vectors, identity: Identity) -> list[bytes]:
    """What is stored of each vector: little-endian floats, signed bytes, or bits, the first one highest.

    Raises InvalidInput where the vectors have other dimensions than the identity says.
    """
    if vectors.shape[1] != identity.dimensions:
        hint = "Check the embedding model."
        raise InvalidInput(f"Vectors of {identity} have {vectors.shape[1]} dimensions.", hint)
    if identity.precision == "float32":
        codes: NDArray[Any] = vectors.astype("<f4")
    elif identity.precision == "int8":
        greatest = np.abs(vectors).max(axis=1, keepdims=True)
        codes = np.rint(vectors / np.where(greatest == 0, 1, greatest) * _STEPS).astype(np.int8)
    else:
        codes = np.packbits(vectors > 0, axis=1)
    return [row.tobytes() for row in codes]


def decoded(codes: Sequence[bytes], identity: Identity) -> Vectors:
    """The vectors of `encoded`, of length 1; bits become ±1/√dimensions. Raises KnowledgeUnavailable."""
    whole, size = b"".join(codes), identity.code_bytes
    if any(len(code) != size for code in codes):
        raise KnowledgeUnavailable(f"A vector is not of {identity}.", "Run `cloud-pricing refresh`.")
    if identity.precision == "float32":
        return np.frombuffer(whole, "<f4").astype(np.float32).reshape(len(codes), identity.dimensions)
    if identity.precision == "int8":
        steps = np.frombuffer(whole, np.int8).reshape(len(codes), identity.dimensions)
        return unit(steps.astype(np.float32))
    bits = np.frombuffer(whole, np.uint8).reshape(len(codes), size)
    signs = np.unpackbits(bits, axis=1, count=identity.dimensions).astype(np.float32) * 2 - 1
    return np.asarray(signs / np.sqrt(identity.dimensions), np.float32)


def save(projection: Projection, folder: Path) -> None:
    """Write `folder`/projection.npz; equal projections give equal bytes."""
    np.savez(folder / PROJECTION, identity=np.array(projection.identity), components=projection.components)


def load(folder: Path) -> Projection | None:
    """What `save` wrote; None where there is no file. Raises KnowledgeUnavailable."""
    path = folder / PROJECTION
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
            return Projection(str(held["identity"]), np.asarray(held["components"], np.float32))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        hint = "Run `cloud-pricing refresh` for a new snapshot, or `cloud-pricing snapshots rollback`."
        raise KnowledgeUnavailable(f"{path} is damaged: {error}", hint) from error
