"""One request and its answer: sent with patience, received to disk, checked before anyone sees it."""

from __future__ import annotations

import email.utils
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import httpx
import tenacity

from ingest.hosts import host
from warehouse.errors import MissingRequirement, PayloadInvalid, SourceUnavailable
from warehouse.log import get_logger
from warehouse.settings import Settings

_log = get_logger("client")
_CHUNK_BYTES = 1 << 20
_LONGEST_WAIT = 120.0  # a longer one is left to the next run
_MOST_REDIRECTS = 5
# Azure's Retail Prices API has a header of its own for the seconds to wait.
_RETRY_AFTER = ("retry-after", "x-ms-ratelimit-retailprices-retry-after")
_LATER = "The last good data stays in force; try again later."
_CHANGED = "The feed may have moved or changed; the last good data stays in force."


@dataclass(frozen=True)
class Ask:
    """A request. `secret` holds the headers nobody may see; they go to the first host only."""

    url: str
    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"


@dataclass(frozen=True)
class Received:
    """What came: the file `path` as it was sent, to be read by `chunks`. `unchanged`: a 304, no body."""

    path: Path
    encoding: str
    headers: Mapping[str, str]
    unchanged: bool = False


class Exchange:
    """Sends requests. Raises only SourceUnavailable, PayloadInvalid and MissingRequirement."""

    def __init__(self, limits: Settings, agent: str) -> None:
        self._limits = limits
        self._client = httpx.Client(
            http2=True,
            timeout=httpx.Timeout(limits.http_timeout, connect=min(10.0, limits.http_timeout)),
            headers={"User-Agent": agent, "Accept-Encoding": "gzip"},
        )

    def close(self) -> None:
        self._client.close()

    def receive(self, ask: Ask, part: Path) -> Received:
        """The whole answer in the file `part`; what an earlier attempt left there is continued."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(SourceUnavailable),
            stop=tenacity.stop_after_attempt(self._limits.http_attempts),
            wait=self._wait,
            reraise=True,
        )
        return retrying(self._attempt, ask, part)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, SourceUnavailable) else None
        backoff = self._limits.http_backoff * 2 ** (state.attempt_number - 1)
        return backoff if asked is None else asked

    def _attempt(self, ask: Ask, part: Path) -> Received:
        at = host(urlsplit(ask.url).netloc)
        try:
            with at.slot(), self._answer(ask, _resumption(ask, part)) as response:
                received = self._take(ask, response, part)
        except SourceUnavailable as error:
            if error.retry_after:
                at.pause(error.retry_after)
            raise
        _log.info("received", url=ask.url, status=response.status_code, bytes=part.stat().st_size)
        return received

    @contextmanager
    def _answer(self, ask: Ask, resumption: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The response with its body still to come, redirects followed, a bad status raised."""
        url, secret = ask.url, dict(ask.secret)
        for _ in range(_MOST_REDIRECTS):
            headers = {**ask.headers, **resumption, **secret}
            with (
                _translated(ask.url),
                self._client.stream(
                    ask.method, self._mirrored(url), headers=headers, content=ask.body
                ) as response,
            ):
                if response.has_redirect_location:
                    target = urljoin(url, response.headers["Location"])
                    if urlsplit(target).scheme != "https" and urlsplit(url).scheme == "https":
                        raise PayloadInvalid(f"{ask.url} redirects to {target}, unencrypted.", _CHANGED)
                    if urlsplit(target).netloc != urlsplit(url).netloc:
                        secret = {}
                    url = target
                    continue
                _check_status(ask, response)
                yield response
                return
        raise PayloadInvalid(f"{ask.url} redirects without end.", _CHANGED)

    def _mirrored(self, url: str) -> str:
        """The address to ask: the longest prefix of `url` among the mirrors, replaced."""
        found = max((one for one in self._limits.mirrors if url.startswith(one)), key=len, default=None)
        return url if found is None else self._limits.mirrors[found] + url[len(found) :]

    def _take(self, ask: Ask, response: httpx.Response, part: Path) -> Received:
        headers = response.headers
        encoding = headers.get("content-encoding", "identity").lower()
        received = Received(part, encoding, dict(headers), response.status_code == 304)
        if received.unchanged:
            part.touch()
            return received
        if encoding not in ("identity", "gzip"):
            raise PayloadInvalid(f"{ask.url} answered in {encoding}, which nobody asked for.", _CHANGED)
        self._refuse_size(ask, int(headers.get("content-length", "0") or 0))
        resumed = response.status_code == 206
        if not resumed:
            _write_down(ask, part, headers)
        with part.open("ab" if resumed else "wb") as file:
            for chunk in response.iter_raw():
                file.write(chunk)
                self._refuse_size(ask, file.tell())
        self._check_whole(ask, received)
        return received

    def _refuse_size(self, ask: Ask, size: int) -> None:
        if size > self._limits.payload_bytes:
            raise PayloadInvalid(
                f"{ask.url} is larger than {self._limits.payload_bytes:,} bytes.",
                "Raise CLOUD_PRICING_PAYLOAD_BYTES if that is right.",
            )

    def _check_whole(self, ask: Ask, received: Received) -> None:
        """Read it once: neither cut off, nor a bomb, nor a web page in place of data."""
        size, start = 0, b""
        try:
            for chunk in chunks(received):
                start = start or chunk.lstrip()[:16]
                size += len(chunk)
                self._refuse_size(ask, size)
        except (zlib.error, EOFError) as error:
            forget(received.path)
            raise SourceUnavailable(f"{ask.url} was cut off: {error}", _LATER) from None
        ending = ask.name.rpartition(".")[2]
        if not start:
            raise SourceUnavailable(f"{ask.url} answered with nothing.", _LATER)
        if start.startswith(b"<") and ending not in ("xml", "html"):
            raise PayloadInvalid(f"{ask.url} answered with a web page instead of {ending}.", _CHANGED)


def chunks(received: Received) -> Iterator[bytes]:
    """The body as it was before its transfer was compressed. Raises EOFError where it is cut off."""
    with received.path.open("rb") as file:
        if received.encoding == "gzip":
            yield from _unzipped(file)
        else:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk


def _unzipped(file: BinaryIO) -> Iterator[bytes]:
    """Never more than a chunk in memory, however well it was packed."""
    unzip = zlib.decompressobj(wbits=31)
    while packed := unzip.unconsumed_tail or file.read(_CHUNK_BYTES):
        yield unzip.decompress(packed, _CHUNK_BYTES)
    yield unzip.flush()
    if not unzip.eof:
        raise EOFError("the compressed stream has no end")


def part_path(folder: Path, url: str) -> Path:
    return folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.part"


def forget(part: Path) -> None:
    """Remove an answer on disk and what was written down of it."""
    part.unlink(missing_ok=True)
    part.with_suffix(".json").unlink(missing_ok=True)


def _write_down(ask: Ask, part: Path, headers: Mapping[str, str]) -> None:
    """What must still be true for the rest of this answer to fit its beginning."""
    tag = headers.get("etag", "")
    unchanged_if = tag if tag and not tag.startswith("W/") else headers.get("last-modified")
    content = {
        "url": ask.url,
        "if_range": unchanged_if,
        "encoding": headers.get("content-encoding", "identity"),
    }
    part.with_suffix(".json").write_text(json.dumps(content), encoding="utf-8")


def _resumption(ask: Ask, part: Path) -> dict[str, str]:
    """The headers that ask for the rest only. Conditions on the whole answer would contradict them."""
    try:
        known = json.loads(part.with_suffix(".json").read_bytes())
        size = part.stat().st_size
    except (OSError, ValueError):
        return {}
    if ask.body is not None or known["url"] != ask.url or not known["if_range"] or not size:
        return {}
    return {"Range": f"bytes={size}-", "If-Range": known["if_range"]}


def _check_status(ask: Ask, response: httpx.Response) -> None:
    status = response.status_code
    if status in (200, 206, 304):
        return
    if status in (401, 403) and ask.secret:
        raise MissingRequirement(f"{ask.url} refuses the credential ({status}).", "Check or renew it.")
    # CDNs answer 403 to a crowd: without a credential it says nothing about us.
    if status in (403, 408, 416, 425, 429) or status >= 500:
        raise _busy(ask, response)
    raise PayloadInvalid(f"{ask.url} answered {status}.", _CHANGED)


def _busy(ask: Ask, response: httpx.Response) -> SourceUnavailable:
    error = SourceUnavailable(f"{ask.url} answered {response.status_code}.", _LATER)
    asked = [response.headers[name] for name in _RETRY_AFTER if name in response.headers]
    error.retry_after = _seconds(asked[0] if asked else None)
    if error.retry_after is not None and error.retry_after > _LONGEST_WAIT:
        error = SourceUnavailable(f"{ask.url} asks to wait {error.retry_after:.0f} seconds.", _LATER)
        error.retry_after = None
    return error


def _seconds(retry_after: str | None) -> float | None:
    """Seconds from now, of a Retry-After in either of its two forms."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        moment = email.utils.parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


@contextmanager
def _translated(url: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException:
        raise SourceUnavailable(f"{url} did not answer in time.", _LATER) from None
    except (httpx.TransportError, httpx.StreamError) as error:
        raise SourceUnavailable(f"{url} cannot be reached: {error}", _LATER) from None
    except httpx.InvalidURL as error:
        raise PayloadInvalid(f"{url} is no address: {error}", _CHANGED) from None
