"""Parsed tables become staged batches: sorted Parquet and a record, in a folder named by content."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest import normalize
from ingest.aside import aside, remove, settle, sweep, write_file
from ingest.landing import Landing
from ingest.normalize import conformed, reference_files
from ingest.source import Payload, Tables
from warehouse.contracts import TABLES, Batch, PayloadRecord, Scope
from warehouse.errors import PayloadInvalid

_ROW_GROUP = 100_000
_HASHED_ROWS = 20_000
_NULL: Any = "\x00"
_SEPARATOR: Any = "\x1f"
_NOTHING: Any = ""
_LINE_END: Any = "\n"


@cache
def parser_fingerprint(source: str) -> str:
    """Hash of all that decides what a source's payloads become: module, SQL, vocabulary, contracts."""
    room = Path(__file__).resolve().parent
    folders = (source, "normalize")
    statements = sorted(path for name in folders for path in (normalize.SQL_FOLDER / name).glob("*.sql"))
    modules = ("json_items", "normalize", "tabular", "wire")
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
        _write(folder, source, scope, as_of, fetched_at, parser, payloads, _sorted(by_name))
        for as_of, by_name in sorted(pieces.items())
    ]
    _remember(folder, source, scope, [payload.record.sha256 for payload in payloads], parser, batches)
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
    return map(_read, (store / "staging").glob("*/batch.json"))


def _entries(store: Path) -> list[dict[str, Any]]:
    """What is remembered of each reading of payloads, as `_remember` wrote it."""
    return [json.loads(path.read_bytes()) for path in (store / "staging" / "index").glob("*.json")]


def superseded(store: Path) -> set[str]:
    """Ids of batches that only an older parser made of payloads a newer one has read since."""
    newest: dict[tuple[str, ...], dict[str, Any]] = {}
    entries = _entries(store)
    for entry in sorted(entries, key=lambda entry: str(entry["written_at"])):
        newest[(entry["source"], entry["scope"], *sorted(entry["payloads"]))] = entry
    current = {batch_id for entry in newest.values() for batch_id in entry["batches"]}
    return {batch_id for entry in entries for batch_id in entry["batches"]} - current


def checked(store: Path, since: datetime | None = None, until: datetime | None = None) -> dict[str, datetime]:
    """When the payloads of each batch were last fetched, at its making or again, between two moments."""
    newest: dict[tuple[Any, ...], list[str]] = {}
    for entry in sorted(_entries(store), key=lambda entry: str(entry["written_at"])):
        newest[(entry["source"], entry["scope"], *sorted(entry["payloads"]))] = entry["batches"]
    last: dict[str, datetime] = {}
    for source, scope, hashes, moment in Landing(store).fetched(since, until):
        for batch_id in newest.get((source, repr(scope), *sorted(hashes)), ()):
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
    index = _index(store / "staging", source, scope, [payload.sha256 for payload in payloads], parser)
    if not index.is_file():
        return None
    batches = _made(store, json.loads(index.read_bytes()))
    fetched_at = min(payload.fetched_at for payload in payloads)
    whole = batches is not None and all(_speaks_at(store, batch, fetched_at) for batch in batches)
    return batches if whole else None


def _made(store: Path, entry: Mapping[str, Any]) -> list[Batch] | None:
    """The batches an index entry names, or None if one is gone."""
    records = [batch_folder(store, name) / "batch.json" for name in entry["batches"]]
    return [_read(record) for record in records] if all(record.is_file() for record in records) else None


def _speaks_at(store: Path, batch: Batch, moment: datetime) -> bool:
    """Whether a batch still is what its scope was at `moment`; dated data speaks for its own date."""
    if batch.as_of != batch.observed_at:
        return True
    return batch.observed_at <= moment and not any(
        batch.observed_at < other.observed_at < moment
        and (other.source, other.scope) == (batch.source, batch.scope)
        for other in _all(store)
    )


def _known_since(store: Path, source: str, scope: Scope, payloads: Sequence[Payload]) -> datetime:
    """When these payloads were first read as what the scope still is; another parser changes no dates."""
    fetched_at = min(payload.record.fetched_at for payload in payloads)
    same = (source, repr(scope), sorted(payload.record.sha256 for payload in payloads))
    earlier = [
        batch.observed_at
        for entry in _entries(store)
        if (entry["source"], entry["scope"], sorted(entry["payloads"])) == same
        for batch in _made(store, entry) or ()
        if batch.observed_at <= fetched_at and _speaks_at(store, batch, fetched_at)
    ]
    return max(earlier, default=fetched_at)


def _sorted(by_name: Mapping[str, list[pa.Table]]) -> dict[str, pa.Table]:
    """Tables by name, their rows in one order however they came."""
    joined = {name: pa.concat_tables(parts) for name, parts in sorted(by_name.items())}
    with normalize.workspace("staging") as room:
        ordered = {}
        for name, table in joined.items():
            room.add("rows", table)
            ordered[name] = room.run("ordered").cast(table.schema)
        return ordered


def _write(
    folder: Path,
    source: str,
    scope: Scope,
    as_of: datetime,
    fetched_at: datetime,
    parser: str,
    payloads: Sequence[Payload],
    tables: Mapping[str, pa.Table],
) -> Batch:
    digests = {name: _digest(table) for name, table in tables.items()}
    batch_id = _short(repr((source, scope, as_of.isoformat(), sorted(digests.items()))))
    target = folder / batch_id
    if (target / "batch.json").is_file():
        return _read(target / "batch.json")
    remove(target)
    rows = {name: table.num_rows for name, table in tables.items()}
    records = tuple(payload.record for payload in payloads)
    batch = Batch(batch_id, source, scope, as_of, fetched_at, parser, records, rows, digests)
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


def _digest(table: pa.Table) -> str:
    """Hash of the rows as text, without the time they were observed."""
    columns = [name for name in table.column_names if name != "observed_at"]
    digest = hashlib.sha256()
    for batch in table.select(columns).to_batches(max_chunksize=_HASHED_ROWS):
        texts: list[Any] = [pc.fill_null(column.cast(pa.string()), _NULL) for column in batch.columns]
        lines: Any = pc.binary_join_element_wise(*texts, _SEPARATOR)
        ended: Any = pc.binary_join_element_wise(lines, _NOTHING, _LINE_END)
        _, _, text = ended.buffers()  # the lines as they lie in memory, one after the other
        digest.update(memoryview(text)[: pc.sum(pc.binary_length(ended)).as_py()])
    return digest.hexdigest()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _index(folder: Path, source: str, scope: Scope, hashes: Sequence[str], parser: str) -> Path:
    return folder / "index" / f"{source}-{_short(repr((source, scope, sorted(hashes), parser)))}.json"


def _remember(
    folder: Path, source: str, scope: Scope, hashes: Sequence[str], parser: str, batches: Sequence[Batch]
) -> None:
    content = {
        "source": source,
        "scope": repr(scope),
        "parser": parser,
        "written_at": datetime.now(UTC).isoformat(),
        "payloads": list(hashes),
        "batches": [one.batch_id for one in batches],
    }
    write_file(_index(folder, source, scope, hashes, parser), json.dumps(content, indent=1).encode())


def _read(path: Path) -> Batch:
    try:
        return Batch.from_dict(json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError) as error:
        hint = "Delete its folder and refresh: it is parsed again from the payload."
        raise PayloadInvalid(f"The batch record {path} is damaged: {error!r}", hint) from None
