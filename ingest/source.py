"""The protocol every source keeps, and the three things that pass through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

import pyarrow as pa

from ingest.validators import Validator, Validators
from warehouse.contracts import PayloadRecord, Scope

if TYPE_CHECKING:
    from ingest.client import Client


@dataclass(frozen=True)
class Selection:
    """What the caller wants of a source; None means all it carries by default."""

    regions: tuple[str, ...] | None = None
    services: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Fetched:
    """One answer on its way to disk. `url` is what a citation shows; it holds no credential."""

    name: str
    url: str
    chunks: Iterable[bytes]
    etag: str | None = None
    last_modified: str | None = None
    unchanged: Validator | None = None  # the feed says: the payload of last time
    remember: Validators | None = None  # where to write down that it is kept


@dataclass(frozen=True)
class Payload:
    """One kept answer. `path` holds it zstd-compressed. That of an `edition` was brought later."""

    source: str
    scope: Scope
    record: PayloadRecord
    path: Path
    edition: bool = False

    def open(self) -> BinaryIO:
        """The bytes as they came, as a stream."""
        return cast(BinaryIO, pa.input_stream(str(self.path), compression="zstd"))

    def read(self) -> bytes:
        with self.open() as stream:
            return stream.read()


@dataclass(frozen=True)
class Tables:
    """Parsed tables by name (`warehouse.contracts.TABLES`), speaking for `as_of`.

    `as_of` None stands for the payload's own time of fetching. Tables of one scope with the same
    `as_of` become one batch.
    """

    tables: Mapping[str, pa.Table]
    as_of: datetime | None = None


@dataclass(frozen=True)
class Edition:
    """What a scope said at some moment of the past, and can still be brought.

    `label` names it for good among the editions of its scope. It is kept as if it had been fetched when
    it was `dated`. `files` are the payloads of a dated folder by their names; an edition of the source's
    own index has none.
    """

    scope: Scope
    label: str
    dated: datetime
    files: Mapping[str, Path] = field(default_factory=dict)


class Source(Protocol):
    """A module `ingest/sources/<NAME>.py` with these four names.

    `scopes` lists the units of work, each collected, retried and judged alone. `fetch` does the
    I/O. `parse` gets all payloads of one fetch of one scope, because some lists need a second one
    to be read (rates and the machines they price). It is pure: the same payloads give the same
    tables, and it reads nothing but them and the reference tables.
    """

    NAME: str

    def scopes(self, client: Client, selection: Selection) -> Iterable[Scope]: ...

    def fetch(self, client: Client, scope: Scope) -> Iterator[Fetched]: ...

    def parse(self, payloads: Sequence[Payload]) -> Iterable[Tables]: ...


class PastSource(Source, Protocol):
    """A source whose feed still has what it said before.

    `editions` lists what can be brought of the time from `since` to `until`; it may list more.
    `fetch_edition` brings the payloads of one, in the form `parse` reads.
    """

    def editions(
        self, client: Client, selection: Selection, since: datetime, until: datetime
    ) -> Iterable[Edition]: ...

    def fetch_edition(self, client: Client, edition: Edition) -> Iterator[Fetched]: ...


class RecordedSource(Source, Protocol):
    """A source that reads payloads somebody kept.

    `recorded` gives the payloads a fetch of `scope` would have brought, out of the files of one folder
    by their names; none where the files are not of this scope.
    """

    def recorded(self, client: Client, scope: Scope, files: Mapping[str, Path]) -> Iterator[Fetched]: ...
