"""How sources reach their bytes: the only door to the outside."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Self

import filelock
import pydantic_core

from ingest.addresses import joined, origin, shown
from ingest.answers import CHANGED, Ask
from ingest.aside import sweep_old
from ingest.exchange import Exchange
from ingest.parts import Part, Received, chunks
from ingest.source import Fetched
from ingest.validators import Validators
from warehouse.errors import InvalidInput, MissingRequirement, PayloadInvalid
from warehouse.settings import Settings, settings

_CHUNK_BYTES = 1 << 20
_MOST_PAGES = 2000
_MOST_IN_MEMORY = 64 << 20  # a page of five thousand Google SKUs has about 15 MB
_DISTRIBUTION = "cloud-pricing-agent"


class Client:
    """Reads the web, files of installed packages, and the user's own files, in pieces.

    `files` are the user's price lists and discount files, `limits` its patience: of the settings if not
    given. With a `store`, downloads that were cut off are continued and unchanged answers are not sent
    again.
    """

    def __init__(
        self, files: Iterable[Path] | None = None, store: Path | None = None, limits: Settings | None = None
    ) -> None:
        self.files = tuple(settings().price_files if files is None else files)
        self._given = limits
        self._store = store
        self._validators = Validators(store) if store else None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def _limits(self) -> Settings:
        return self._given or settings()

    @cached_property
    def _exchange(self) -> Exchange:
        exchange = Exchange(self._limits, f"{_DISTRIBUTION}/{metadata.version(_DISTRIBUTION)}")
        self._open.callback(exchange.close)
        return exchange

    @cached_property
    def _scratch(self) -> Path:
        """What only this client needs; in the store, where what a killed run leaves is swept."""
        folder = self._parts if self._store else None
        return Path(
            self._open.enter_context(tempfile.TemporaryDirectory(prefix="cloud-pricing-", dir=folder))
        )

    @cached_property
    def _parts(self) -> Path:
        """Where answers arrive that a later run goes on with if this one leaves them unfinished."""
        folder = (self._store or self._scratch) / "partial"
        folder.mkdir(parents=True, exist_ok=True)
        sweep_old(folder)
        return folder

    def get(
        self,
        url: str,
        name: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Fetched:
        """The answer of `url`, as the payload `name`, whose ending says what is expected (.json, .csv, …).

        Received and checked before this returns. `body` (bytes, or what becomes JSON) makes it a POST.
        `secret` are headers that hold a credential. Raises SourceUnavailable after the retries,
        PayloadInvalid, MissingRequirement where a credential is refused.
        """
        plain = body is None and not secret
        known = self._validators.of(url) if self._validators and plain else None
        asked = {**(known.headers() if known else {}), **_typed(headers, body)}
        ask = Ask(url, name, self._limits.payload_bytes, asked, secret or {}, _encoded(body))
        received = self._receive(ask) if self._store and plain else self._receive_aside(ask)
        if known and received.unchanged:
            received.path.unlink()
            return Fetched(name, url, (), unchanged=known)
        remember = self._validators if plain else None
        etag, modified = received.headers.get("etag"), received.headers.get("last-modified")
        return Fetched(name, url, _then_forget(received), etag, modified, remember=remember)

    def read(
        self,
        url: str,
        name: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | None = None,
    ) -> bytes:
        """The answer of `url` in memory: an index that says what to fetch, not a payload."""
        most = min(_MOST_IN_MEMORY, self._limits.payload_bytes)
        return b"".join(_then_forget(self._receive_aside(Ask(url, name, most, headers or {}, secret or {}))))

    def pages(
        self,
        url: str,
        name: str,
        following: Callable[[bytes], str | None],
        *,
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | Callable[[str], Mapping[str, str]] | None = None,
    ) -> Iterator[Fetched]:
        """The pages of a listing, each a payload `name` with its number: items.json → items-0001.json.

        `following` finds the next page's address in a page (None: the last one). It may be relative,
        never on another host; a page met before or no end in sight is PayloadInvalid. `secret` may be
        a function of the address, where each is signed.
        """
        stem, dot, ending = name.rpartition(".")
        seen: set[str] = set()
        next_url: str | None = url
        left = self._limits.payload_bytes
        while next_url:
            if next_url in seen or len(seen) == _MOST_PAGES or left < 0:
                raise PayloadInvalid(
                    f"{url}: the pages of this listing do not end at {shown(next_url)}.", CHANGED
                )
            if origin(next_url) != origin(url):
                raise PayloadInvalid(f"{url}: the next page is on another host, {shown(next_url)}.", CHANGED)
            seen.add(next_url)
            page = f"{stem}-{len(seen):04}{dot}{ending}"
            hidden = secret(next_url) if callable(secret) else secret
            content = self.read(next_url, page, headers=headers, secret=hidden)
            left -= len(content)
            yield Fetched(page, next_url, [content])
            found = following(content)
            next_url = joined(next_url, found) if found else None

    def ask_anew(self, urls: Iterable[str]) -> None:
        """Take no "unchanged" for the answer of these addresses next time: what is kept could not be read."""
        for url in urls:
            if self._validators:
                self._validators.forget(url)

    def _receive(self, ask: Ask) -> Received:
        """An answer that the next run goes on with if this one does not see its end.

        A second run that asks the same at the same time receives it for itself.
        """
        part = Part.of(self._parts, ask.url)
        try:
            with filelock.FileLock(part.path.with_suffix(".lock")).acquire(timeout=0):
                received = self._exchange.receive(ask, part)
                mine = part.path.with_name(f"{uuid.uuid4().hex}.done")
                part.settle(mine)
        except filelock.Timeout:
            return self._receive_aside(ask)
        self._open.callback(mine.unlink, missing_ok=True)  # where nobody reads it
        return replace(received, path=mine)

    def _receive_aside(self, ask: Ask) -> Received:
        return self._exchange.receive(ask, Part(self._scratch / f"{uuid.uuid4().hex}.part"))

    def read_file(self, path: Path) -> Iterator[bytes]:
        """The bytes of `path`. Raises InvalidInput where it cannot be read."""
        try:
            with path.open("rb") as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    yield chunk
        except OSError as error:
            hint = "Check the path and its permissions."
            raise InvalidInput(f"Cannot read {path}: {error.strerror}.", hint) from None

    def package_version(self, distribution: str) -> str:
        """The installed version. Raises MissingRequirement with the command that installs it."""
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            hint = f"Install it: pip install {distribution}"
            raise MissingRequirement(f"The package {distribution} is not installed.", hint) from None

    def package_file(self, distribution: str, package: str, path: str) -> Fetched:
        """One data file of an installed package, cited by its package URL."""
        with resources.as_file(resources.files(package) / path) as local:
            chunks = self.read_file(local)
        return Fetched(Path(path).name, self.package_url(distribution, f"{package}/{path}"), chunks)

    def package_url(self, distribution: str, path: str) -> str:
        """The purl of a file in an installed package: pkg:pypi/<distribution>@<version>#<path>."""
        return f"pkg:pypi/{distribution}@{self.package_version(distribution)}#{path}"


def _then_forget(received: Received) -> Iterator[bytes]:
    try:
        yield from chunks(received)
    finally:
        received.path.unlink(missing_ok=True)


def _encoded(body: Any) -> bytes | None:
    return body if body is None or isinstance(body, bytes) else pydantic_core.to_json(body)


def _typed(headers: Mapping[str, str] | None, body: Any) -> dict[str, str]:
    json_type = {} if body is None or isinstance(body, bytes) else {"Content-Type": "application/json"}
    return {**json_type, **(headers or {})}
