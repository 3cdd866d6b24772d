"""Payloads to and from disk: what came, as it came, by its hash; and which fetch brought it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingest.aside import aside, settle, sweep, write_file
from ingest.source import Fetched, Payload
from ingest.validators import Validator
from warehouse.contracts import PayloadRecord, Scope
from warehouse.errors import PayloadInvalid

_CHUNK_BYTES = 1 << 20


def slug(scope: Scope) -> str:
    """A folder name for a scope: readable, and with a short hash so that no two scopes share one."""
    readable = re.sub(r"[^a-z0-9]+", "-", str(scope).lower()).strip("-")[:60]
    return f"{readable}-{hashlib.sha256(repr(scope).encode()).hexdigest()[:8]}"


def written(moment: datetime) -> str:
    """A moment as names have it: they sort as their times do."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"


class Landing:
    """The folders `payloads/` (content-addressed, zstd) and `fetches/` of one store."""

    def __init__(self, store: Path) -> None:
        self._payloads = store / "payloads"
        self._fetches = store / "fetches"
        sweep(self._payloads)

    def keep(
        self, source: str, scope: Scope, fetched: Fetched, fetched_at: datetime, *, edition: bool = False
    ) -> Payload:
        """Write the bytes unless they are there already; memory is bounded whatever their size."""
        if known := fetched.unchanged:
            record = PayloadRecord(known.sha256, fetched.name, fetched.url, known.size, fetched_at)
            return Payload(source, scope, record, self._path(known.sha256), edition)
        digest, size = hashlib.sha256(), 0
        with aside(self._payloads) as temporary:
            with pa.CompressedOutputStream(str(temporary), "zstd") as stream:
                for chunk in fetched.chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    stream.write(chunk)
            record = PayloadRecord(digest.hexdigest(), fetched.name, fetched.url, size, fetched_at)
            path = self._path(record.sha256)
            if not path.exists():
                settle(temporary, path)
        if fetched.remember:
            fetched.remember.remember(
                Validator(fetched.url, fetched.etag, fetched.last_modified, record.sha256, size)
            )
        return Payload(source, scope, record, path, edition)

    def record(
        self,
        source: str,
        scope: Scope,
        payloads: Sequence[Payload],
        fetched_at: datetime,
        edition: str | None = None,
    ) -> Path:
        """Write down that this fetch brought these payloads; returns the record's path.

        Of an `edition` that is brought later `fetched_at` is the moment it speaks for.
        """
        content = {
            "source": source,
            "scope": asdict(scope),
            "fetched_at": fetched_at.isoformat(),
            "payloads": [asdict(payload.record) for payload in payloads],
        }
        if edition is not None:
            content |= {"edition": edition, "brought_at": datetime.now(UTC).isoformat()}
        path = self._fetches / source / slug(scope) / f"{written(fetched_at)}.json"
        write_file(path, json.dumps(content, default=datetime.isoformat, indent=1).encode())
        return path

    def replay(
        self, until: datetime, source: str | None = None
    ) -> Iterator[tuple[str, Scope, list[Payload]]]:
        """What every fetch at or before `until` brought, scope by scope, the oldest first.

        A fetch that brought what the one before it did is passed over. Raises PayloadInvalid where a
        payload is missing or damaged.
        """
        for folder in sorted(self._fetches.glob(f"{source or '*'}/*")):
            before: list[str] = []
            for record in map(_read, _records(folder)):
                hashes = [entry["sha256"] for entry in record["payloads"]]
                if datetime.fromisoformat(record["fetched_at"]) > until or hashes == before:
                    continue
                before = hashes
                payloads = self._payloads_of(record)
                for payload in payloads:
                    self.payload(payload.record.sha256)
                yield record["source"], Scope.from_dict(record["scope"]), payloads

    def fetched(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[tuple[str, Scope, list[str], datetime]]:
        """Source, scope, payload hashes and time of every fetch in between, the oldest of a scope first."""
        for folder in sorted(self._fetches.glob("*/*")):
            for path in _records(folder, written(since) if since else ""):
                record = _read(path)
                moment = datetime.fromisoformat(record["fetched_at"])
                if until is None or moment <= until:
                    hashes = [entry["sha256"] for entry in record["payloads"]]
                    yield record["source"], Scope.from_dict(record["scope"]), hashes, moment

    def editions(self, source: str, scope: Scope) -> dict[str, list[Payload]]:
        """The payloads of each edition of a scope that was brought, by its label; unchecked."""
        records = map(_read, _records(self._fetches / source / slug(scope)))
        return {one["edition"]: self._payloads_of(one) for one in records if "edition" in one}

    def following(self, source: str, scope: Scope, moment: datetime) -> list[Payload]:
        """What the first fetch of a scope after `moment` brought, unchecked; nothing if there was none."""
        later = [
            path
            for path in _records(self._fetches / source / slug(scope), written(moment))
            if path.stem > written(moment)
        ]
        return self._payloads_of(_read(later[0])) if later else []

    def last_fetches(self) -> dict[tuple[str, Scope], datetime]:
        """When each scope of each source was last fetched, whatever came of it afterwards."""
        found = map(_records, self._fetches.glob("*/*"))
        records = [_read(paths[-1]) for paths in found if paths]
        return {
            (record["source"], Scope.from_dict(record["scope"])): datetime.fromisoformat(record["fetched_at"])
            for record in records
        }

    def payload(self, sha256: str) -> Path:
        """The file of a payload, its content checked. Raises PayloadInvalid naming the file."""
        path = self._path(sha256)
        if not path.is_file():
            raise PayloadInvalid(f"The payload {path} is missing.", _REFETCH)
        digest = hashlib.sha256()
        try:
            with pa.input_stream(str(path), compression="zstd") as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
        except OSError as error:
            raise PayloadInvalid(f"The payload {path} is damaged: {error}", _REFETCH) from None
        if digest.hexdigest() != sha256:
            raise PayloadInvalid(f"The payload {path} is damaged: its bytes have another hash.", _REFETCH)
        return path

    def _path(self, sha256: str) -> Path:
        return self._payloads / sha256[:2] / f"{sha256}.zst"

    def _payloads_of(self, record: dict[str, Any]) -> list[Payload]:
        source, scope = record["source"], Scope.from_dict(record["scope"])
        known = map(_payload_record, record["payloads"])
        return [Payload(source, scope, one, self._path(one.sha256), "edition" in record) for one in known]


_REFETCH = "Restore it from a backup, or delete it and refresh to fetch it again."


def _records(folder: Path, first: str = "") -> list[Path]:
    """The fetches of a scope from a moment on, the oldest first."""
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    return [folder / name for name in names if name >= first and name.endswith(".json")]


def _read(path: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError:
        raise PayloadInvalid(
            f"The fetch record {path} is damaged.", "Delete it; an older one is used then."
        ) from None
    return record


def _payload_record(entry: dict[str, Any]) -> PayloadRecord:
    return PayloadRecord(**{**entry, "fetched_at": datetime.fromisoformat(entry["fetched_at"])})
