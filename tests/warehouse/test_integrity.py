"""Files of the knowledge base against what was published, without reading what cannot have changed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse.integrity import CHANGED, MISSING, checksums, is_of_knowledge, knowledge_damage
from warehouse.manifest import Manifest
from warehouse.snapshots import seal

NAMES = (
    "chroma/a/data.bin",
    "chroma/chroma.sqlite3",
    "lexicon.sqlite3",
    "warehouse.duckdb",
    "validation/index.html",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


@pytest.fixture
def manifest(folder: Path) -> Manifest:
    return seal(folder, Manifest("id", datetime(2026, 11, 20, tzinfo=UTC), None, "", (), (), {}, {}, {}))


def test_what_is_as_published_is_whole(folder: Path, manifest: Manifest) -> None:
    assert set(manifest.files) == set(checksums(folder)) == set(NAMES)
    assert knowledge_damage(folder, manifest) == {}
    for name in NAMES:
        os.utime(folder / name)  # younger than the manifest: read, and found the same
    assert knowledge_damage(folder, manifest) == {}


def test_a_file_that_is_gone_or_of_another_size(folder: Path, manifest: Manifest) -> None:
    (folder / "lexicon.sqlite3").unlink()
    os.truncate(folder / "chroma" / "a" / "data.bin", 3)
    assert knowledge_damage(folder, manifest) == {"chroma/a/data.bin": CHANGED, "lexicon.sqlite3": MISSING}


def test_other_bytes_of_the_same_size(folder: Path, manifest: Manifest) -> None:
    path = folder / "chroma" / "chroma.sqlite3"
    whole = path.read_bytes()
    path.write_bytes(whole[::-1])
    later = (folder / "manifest.json").stat().st_mtime_ns + 1
    os.utime(path, ns=(later, later))
    assert knowledge_damage(folder, manifest) == {"chroma/chroma.sqlite3": CHANGED}
    path.write_bytes(whole)
    os.utime(path, ns=(later + 1, later + 1))
    assert knowledge_damage(folder, manifest) == {}


def test_a_folder_that_is_gone_is_named_once(folder: Path, manifest: Manifest) -> None:
    (folder / "chroma").rename(folder / "elsewhere")
    assert knowledge_damage(folder, manifest) == {"chroma": MISSING}


def test_a_file_that_became_a_folder(folder: Path, manifest: Manifest) -> None:
    (folder / "lexicon.sqlite3").unlink()
    (folder / "lexicon.sqlite3").mkdir()
    assert knowledge_damage(folder, manifest) == {"lexicon.sqlite3": CHANGED}


def test_prices_need_none_of_these_files() -> None:
    assert [name for name in (*NAMES, "manifest.json") if is_of_knowledge(name)] == list(NAMES[:3])
