"""What is asked, and what an answer must be before anyone sees it."""

from __future__ import annotations

import email.utils
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from ingest.addresses import is_private, origin, shown
from ingest.hosts import Host
from ingest.parts import Received, chunks
from warehouse.errors import (
    InvalidInput,
    MissingRequirement,
    PayloadInvalid,
    SourceSkipped,
    SourceUnavailable,
)

LATER = "The last good data stays in force; try again later."
CHANGED = "The feed may have moved or changed; the last good data stays in force."

_LONGEST_WAIT = 120.0  # a longer one is left to the next run
_LONGEST_ANSWER = 3600.0  # so is the rest of an answer that takes longer
_SLOWEST = 1024  # bytes a second, over as long as a feed may be silent
# Azure's Retail Prices API has a header of its own for the seconds to wait.
_RETRY_AFTER = ("retry-after", "x-ms-ratelimit-retailprices-retry-after")
_CONDITIONS = {"if-none-match", "if-modified-since"}


@dataclass(frozen=True)
class Ask:
    """A request. `secret` holds the headers nobody may see; they go to the first host only.

    An answer of more than `most` bytes, packed or not, is refused.
    """

    url: str
    name: str
    most: int
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None

    @property
    def conditional(self) -> bool:
        return any(name.lower() in _CONDITIONS for name in self.headers)


def check_status(ask: Ask, response: httpx.Response, at: Host, backoff: float) -> None:
    """Raises what the status means, after telling the host what it means for the others who ask it."""
    status, url = response.status_code, shown(ask.url)
    if response.has_redirect_location or status in (200, 206, 416) or (status == 304 and ask.conditional):
        return
    if status == 304:
        raise PayloadInvalid(f"{url} answered 304 to a question without a condition.", CHANGED)
    if status in (401, 403) and ask.secret:
        raise MissingRequirement(f"{url} refuses the credential ({status}).", "Check or renew it.")
    # CDNs answer 403 to a crowd: without a credential it says nothing about us.
    if status not in (403, 408, 425, 429) and status < 500:
        raise PayloadInvalid(f"{url} answered {status}.", CHANGED)
    wait = _asked_to_wait(response)
    if wait is not None and wait > _LONGEST_WAIT:
        raise at.leave_alone(wait, f"{origin(ask.url)[1]} asks to wait {wait:.0f} seconds.")
    if wait is not None or status in (429, 503):
        at.pause(backoff if wait is None else wait)
    error = SourceUnavailable(f"{url} answered {status}.", LATER)
    error.retry_after = wait
    raise error


def _asked_to_wait(response: httpx.Response) -> float | None:
    """Seconds from now, of a Retry-After in either of its two forms."""
    asked = next((response.headers[name] for name in _RETRY_AFTER if name in response.headers), "")
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        moment = email.utils.parsedate_to_datetime(asked)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def refuse_size(ask: Ask, size: int) -> None:
    if size > ask.most:
        hint = "Raise CLOUD_PRICING_PAYLOAD_BYTES if that is right."
        raise PayloadInvalid(f"{shown(ask.url)} is larger than {ask.most:,} bytes.", hint)


def steady(ask: Ask, body: Iterator[bytes], patience: float) -> Iterator[bytes]:
    """Raises SourceUnavailable where a body drips, SourceSkipped where it takes for ever."""
    start = began = time.monotonic()
    size = 0
    for chunk in body:
        yield chunk
        now, size = time.monotonic(), size + len(chunk)
        if now - start > _LONGEST_ANSWER:
            raise SourceSkipped(f"{shown(ask.url)} takes more than an hour; the next run goes on.", LATER)
        if now - began >= patience:
            if size < _SLOWEST * (now - began):
                raise SourceUnavailable(f"{shown(ask.url)} sends almost nothing, and slowly.", LATER)
            began, size = now, 0


def check_whole(ask: Ask, received: Received) -> None:
    """Read it once: neither cut off, nor a bomb, nor a web page in place of data."""
    size, start, url = 0, b"", shown(ask.url)
    try:
        for chunk in chunks(received):
            start = start or chunk.removeprefix(b"\xef\xbb\xbf").lstrip()[:16]
            size += len(chunk)
            refuse_size(ask, size)
    except (zlib.error, EOFError) as error:
        raise SourceUnavailable(f"{url} was cut off: {error}.", LATER) from None
    ending = ask.name.rpartition(".")[2]
    if not start:
        raise SourceUnavailable(f"{url} answered with nothing.", LATER)
    if start.startswith(b"<") and ending not in ("xml", "html"):
        raise PayloadInvalid(f"{url} answered with a web page instead of {ending}.", CHANGED)


def check_secret(secret: Mapping[str, str], url: str, asked: str) -> None:
    """Raises MissingRequirement and InvalidInput, never with the credential in them."""
    if not all(value.isascii() and value.isprintable() for value in secret.values()):
        hint = "Check that it was copied whole, and without a line break."
        raise MissingRequirement(f"The credential for {origin(url)[1]} cannot be sent.", hint)
    if secret and not is_private(asked):
        message = f"The mirror of {origin(url)[1]} would get a credential unencrypted."
        raise InvalidInput(message, "Give CLOUD_PRICING_MIRRORS an https address for it.")
