"""Parsed tables become staged batches: sorted Parquet and a record, in a folder named by content."""

from __future__ import annotations

import hashlib
import json
import os
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingest import ledger, normalize
from ingest.aside import aside, remove, settle, sweep
from ingest.content import ordered
from ingest.landing import Landing, written
from ingest.ledger import Reading
from ingest.normalize import conformed, reference_files
from ingest.source import Payload, Tables
from warehouse.contracts import TABLES, Batch, PayloadRecord, Scope
from warehouse.errors import PayloadInvalid

_ROW_GROUP = 100_000


@cache
def parser_fingerprint(source: str) -> str:
    """Hash of all that decides what a source's payloads become: module, SQL, vocabulary, contracts."""
    room = Path(__file__).resolve().parent
    folders = (source, "normalize")
    statements = sorted(path for name in folders for path in (normalize.SQL_FOLDER / name).glob("*.sql"))
    modules = ("dated", "dumps", "json_items", "normalize", "tabular", "wire")
    shared = [*(room / f"{name}.py" for name in modules), *reference_files()]
    digest = hashlib.sha256(repr([(name, str(schema)) for name, schema in TABLES.items()]).encode())
    for path in (room / "sources" / f"{source}.py", *statements, *shared):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def stage(
    store: Path,
    source: str,
    scope: Scope,
    payloads: Sequence[Payload],
    tables: Iterable[Tables],
    parser: str = "",
) -> list[Batch]:
    """Write one batch per `as_of` under `store`/staging and remember them for these payloads.

    Staging equal rows again gives the same batch and writes nothing. Raises PayloadInvalid where
    rows do not fit their contract.
    """
    parser = parser or parser_fingerprint(source)
    folder = store / "staging"
    sweep(folder)
    fetched_at = _known_since(store, source, scope, payloads)
    pieces: dict[datetime, dict[str, list[pa.Table]]] = defaultdict(lambda: defaultdict(list))
    for part in tables:
        for name, table in part.tables.items():
            pieces[part.as_of or fetched_at][name].append(conformed(name, table))
    if not pieces:  # a feed that says nothing at all is for the gate to refuse, not to be passed over
        pieces[fetched_at]["prices"].append(TABLES["prices"].empty_table())
    batches = [
        _write(folder, source, scope, as_of, fetched_at, parser, payloads, by_name)
        for as_of, by_name in sorted(pieces.items())
    ]
    hashes, made = [payload.record.sha256 for payload in payloads], [batch.batch_id for batch in batches]
    ledger.append(folder, source, scope, Reading.of(fetched_at, hashes, parser, made))
    return batches


def staged(store: Path, until: datetime | None = None) -> list[Batch]:
    """The staged batches that speak for a time up to `until` (now, if not given), oldest data first.

    A change announced for later waits in its batch until its day has come. Batches that a newer
    parser read differently from the same payloads are left out.
    """
    limit, old = until or datetime.now(UTC), superseded(store)
    due = (batch for batch in _all(store) if batch.as_of <= limit and batch.batch_id not in old)
    return sorted(due, key=lambda batch: (batch.as_of, batch.source, batch.batch_id))


def _all(store: Path) -> Iterator[Batch]:
    folder = store / "staging"
    for name in os.listdir(folder) if folder.is_dir() else ():
        with suppress(FileNotFoundError, NotADirectoryError):
            yield _read(folder / name / "batch.json")


def superseded(store: Path) -> set[str]:
    """Ids of batches that only an older parser made of payloads a newer one has read since."""
    every, current = set[str](), set[str]()
    for readings in ledger.every_scope(_ledger(store)):
        newest = {(one.payloads, one.moment): one.batches for one in readings}
        current.update(*newest.values())
        every.update(*(one.batches for one in readings))
    return every - current


def checked(store: Path, since: datetime | None = None, until: datetime | None = None) -> dict[str, datetime]:
    """When the payloads of each batch were last fetched, at its making or again, between two moments."""
    folder = _ledger(store)
    known: dict[tuple[str, Scope], dict[str, list[Reading]]] = {}
    last: dict[str, datetime] = {}
    for source, scope, hashes, moment in Landing(store).fetched(since, until):
        if (source, scope) not in known:
            by_payloads = known[source, scope] = defaultdict(list)
            for one in sorted(ledger.readings(folder, source, scope), key=lambda one: one.moment):
                by_payloads[one.payloads].append(one)
        readings = known[source, scope].get(ledger.payloads_key(hashes), [])
        held = bisect_right(readings, written(moment), key=lambda one: one.moment)
        for batch_id in readings[held - 1].batches if held else ():
            last[batch_id] = max(moment, last.get(batch_id, moment))
    return last


def batch_folder(store: Path, batch_id: str) -> Path:
    return store / "staging" / batch_id


def already(
    store: Path, source: str, scope: Scope, payloads: Sequence[PayloadRecord], parser: str
) -> list[Batch] | None:
    """The batches these payloads became with this parser, or None if they must be parsed.

    Data without a date of its own that has been something else in between speaks for a new time.
    """
    fetched_at = min(payload.fetched_at for payload in payloads)
    readings = ledger.readings(_ledger(store), source, scope)
    found = _newest(store, readings, [payload.sha256 for payload in payloads], fetched_at, parser)
    batches = found[1] if found else []
    return batches if found and all(_speaks_at(readings, one, fetched_at) for one in batches) else None


def _newest(
    store: Path, readings: Sequence[Reading], hashes: Sequence[str], until: datetime, parser: str | None
) -> tuple[datetime, list[Batch]] | None:
    """Since when the newest reading of these payloads holds whose batches are all there, and those."""
    key, last = ledger.payloads_key(hashes), written(until)
    wanted = ledger.parser_key(parser) if parser else None
    found = [one for one in readings if one.payloads == key and one.moment <= last]
    for one in sorted(found, key=lambda one: one.moment, reverse=True):
        if wanted in (None, one.parser) and (batches := _made(store, one)) is not None:
            return one.since, batches
    return None


def _made(store: Path, reading: Reading) -> list[Batch] | None:
    """The batches of a reading, or None if one is gone."""
    records = [batch_folder(store, name) / "batch.json" for name in reading.batches]
    return [_read(record) for record in records] if all(record.is_file() for record in records) else None


def _speaks_at(readings: Sequence[Reading], batch: Batch, moment: datetime) -> bool:
    """Whether a batch still is what its scope was at `moment`; dated data speaks for its own date."""
    if batch.as_of != batch.observed_at:
        return True
    first, last = written(batch.observed_at), written(moment)
    return batch.observed_at <= moment and not any(first < one.moment < last for one in readings)


def _known_since(store: Path, source: str, scope: Scope, payloads: Sequence[Payload]) -> datetime:
    """When these payloads were first read as what the scope still is; another parser changes no dates."""
    fetched_at = min(payload.record.fetched_at for payload in payloads)
    readings = ledger.readings(_ledger(store), source, scope)
    hashes = [payload.record.sha256 for payload in payloads]
    found = _newest(store, readings, hashes, fetched_at, parser=None)
    if found and any(_speaks_at(readings, batch, fetched_at) for batch in found[1]):
        return found[0]
    return fetched_at


def _ledger(store: Path) -> Path:
    """The folder of the readings; where they are lost they are taken from the batches' records."""
    folder = store / "staging"
    ledger.recreate(folder, lambda: _all(store))
    return folder


def _write(
    folder: Path,
    source: str,
    scope: Scope,
    as_of: datetime,
    fetched_at: datetime,
    parser: str,
    payloads: Sequence[Payload],
    by_name: Mapping[str, list[pa.Table]],
) -> Batch:
    tables, digests = {}, {}
    for name, parts in sorted(by_name.items()):
        tables[name], digests[name] = ordered(pa.concat_tables(parts))
    batch_id = _short(repr((source, scope, as_of.isoformat(), sorted(digests.items()))))
    target = folder / batch_id
    if (target / "batch.json").is_file():
        return _read(target / "batch.json")
    remove(target)
    rows = {name: table.num_rows for name, table in tables.items()}
    records = tuple(payload.record for payload in payloads)
    edition = any(payload.edition for payload in payloads)
    batch = Batch(batch_id, source, scope, as_of, fetched_at, parser, records, rows, digests, edition)
    with aside(folder) as temporary:
        temporary.mkdir()
        for name, table in tables.items():
            pq.write_table(
                table, temporary / f"{name}.parquet", compression="zstd", row_group_size=_ROW_GROUP
            )
        content = json.dumps(batch.to_dict(), default=datetime.isoformat, indent=1)
        (temporary / "batch.json").write_text(content, encoding="utf-8")
        settle(temporary, target)
    return batch


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(path: Path) -> Batch:
    content = path.read_bytes()
    try:
        return Batch.from_dict(json.loads(content))
    except (ValueError, KeyError, TypeError) as error:
        hint = "Delete its folder and refresh: it is parsed again from the payload."
        raise PayloadInvalid(f"The batch record {path} is damaged: {error!r}", hint) from None
