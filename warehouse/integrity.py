"""Files of a snapshot against what was published."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from warehouse.manifest import Manifest

MANIFEST = "manifest.json"
MISSING, CHANGED = "missing", "changed"
_CHUNK = 1024 * 1024
_PRICES = ("warehouse.duckdb", "validation/")


def checksums(folder: Path) -> dict[str, dict[str, Any]]:
    """`{sha256, size}` of every file but the manifest, by its path below `folder`."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST)
    return {
        path.relative_to(folder).as_posix(): {"sha256": sha256_of(path), "size": path.stat().st_size}
        for path in files
    }


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def is_of_knowledge(name: str) -> bool:
    """Whether a file of a snapshot is of its vectors or its index; prices need none of them."""
    return not name.startswith(_PRICES) and name != MANIFEST


def knowledge_damage(folder: Path, manifest: Manifest) -> dict[str, str]:
    """Files of the vectors and the index that are not as published, and whether MISSING or CHANGED.

    The manifest is written last: a file of the right size that is no younger is taken for whole. Any
    other is read, once for as long as it stays as it is.
    """
    try:
        sealed = (folder / MANIFEST).stat().st_mtime_ns
    except OSError:
        sealed = 0
    found = {}
    for name, told in manifest.files.items():
        if is_of_knowledge(name) and (what := _damage(folder / name, told["size"], told["sha256"], sealed)):
            found[name] = what
    return without_parts(folder, found)


def without_parts(folder: Path, found: dict[str, str]) -> dict[str, str]:
    """A folder that is not there is named, and not all that was in it."""
    return {
        name if (folder / top).exists() else top: what
        for name, what in found.items()
        for top in [name.partition("/")[0]]
    }


def _damage(path: Path, size: int, sha256: str, sealed: int) -> str | None:
    try:
        now = path.stat()
        young = now.st_mtime_ns > sealed
        same = now.st_size == size and (not young or _sha256_once(path, size, now.st_mtime_ns) == sha256)
    except FileNotFoundError:
        return MISSING
    except OSError:
        return CHANGED
    return None if same else CHANGED


@lru_cache(maxsize=256)
def _sha256_once(path: Path, size: int, written: int) -> str:
    return sha256_of(path)
