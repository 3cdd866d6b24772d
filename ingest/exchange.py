"""One request and its answer: sent with patience, received to disk."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import httpx
import tenacity

from ingest.addresses import joined, mirrored, origin, shown
from ingest.answers import (
    CHANGED,
    LATER,
    Ask,
    check_secret,
    check_status,
    check_whole,
    refuse_size,
    steady,
)
from ingest.hosts import Host, host
from ingest.parts import Part, Received, encoding
from warehouse.errors import InvalidInput, PayloadInvalid, SourceSkipped, SourceUnavailable
from warehouse.log import get_logger
from warehouse.settings import Settings

_log = get_logger("client")
_MOST_REDIRECTS = 5

# What they tell at their lower levels holds credentials: headers, and addresses of mirrors.
for _talker in ("hpack", "httpx"):
    logging.getLogger(_talker).setLevel(logging.WARNING)


@cache
def _trust() -> ssl.SSLContext:
    """Reading the certificates takes longer than a small answer does."""
    return httpx.create_ssl_context()


class Exchange:
    """Sends requests. Raises the errors of a source, and InvalidInput for settings that cannot be used."""

    def __init__(self, limits: Settings, agent: str) -> None:
        self._limits = limits
        try:
            self._client = httpx.Client(
                http2=True,
                verify=_trust(),
                timeout=httpx.Timeout(limits.http_timeout, connect=min(10.0, limits.http_timeout)),
                headers={"User-Agent": agent, "Accept-Encoding": "gzip"},
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            hint = "Change or unset HTTPS_PROXY, HTTP_PROXY and ALL_PROXY."
            raise InvalidInput(f"The proxy of the environment cannot be used: {error}", hint) from None

    def close(self) -> None:
        self._client.close()

    def receive(self, ask: Ask, part: Part) -> Received:
        """The whole answer in the file of `part`; what an earlier attempt left there is continued."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_worth_retrying),
            stop=tenacity.stop_after_attempt(self._limits.http_attempts),
            wait=self._wait,
            reraise=True,
        )
        try:
            received: Received = retrying(self._attempt, ask, part)
        except SourceUnavailable as error:
            if _worth_retrying(error):
                _host(ask.url).failed(ask.url, error.message)
            raise
        _host(ask.url).served()
        return received

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, SourceUnavailable) else None
        return self._limits.http_backoff * 2 ** (state.attempt_number - 1) if asked is None else asked

    def _attempt(self, ask: Ask, part: Part) -> Received:
        resumption = part.resumption(ask.url)
        try:
            with self._answer(ask, resumption) as response:
                received = _take(ask, response, part, bool(resumption), self._limits.http_timeout)
        except (PayloadInvalid, OSError):
            part.forget()  # neither worth continuing nor worth the disk
            raise
        _log.info("received", url=shown(ask.url), status=response.status_code, bytes=part.size())
        return received

    @contextmanager
    def _answer(self, ask: Ask, resumption: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The response with its body still to come, redirects followed, a bad status raised."""
        url, secret = ask.url, ask.secret
        for _ in range(_MOST_REDIRECTS):
            with self._sent(ask, url, {**ask.headers, **resumption}, secret) as response:
                if not response.has_redirect_location:
                    yield response
                    return
                target = joined(url, response.headers["Location"])
            if origin(target)[0] != "https" and origin(url)[0] == "https":
                raise PayloadInvalid(f"{shown(ask.url)} redirects to {shown(target)}, unencrypted.", CHANGED)
            secret = secret if origin(target) == origin(url) else {}
            url = target
        raise PayloadInvalid(f"{shown(ask.url)} redirects without end.", CHANGED)

    @contextmanager
    def _sent(
        self, ask: Ask, url: str, headers: Mapping[str, str], secret: Mapping[str, str]
    ) -> Iterator[httpx.Response]:
        """What one address says, while a turn at its host is held."""
        at, asked = _host(url), mirrored(url, self._limits.mirrors)
        check_secret(secret, url, asked)
        method = "GET" if ask.body is None else "POST"
        with _translated(url):
            request = self._client.build_request(
                method, asked, headers={**headers, **secret}, content=ask.body
            )
            with at.slot() as began:
                try:
                    response = self._client.send(request, stream=True)
                except httpx.TransportError as error:
                    why = _silence(url, request.url, error)
                    at.silent(began, why, self._limits.http_backoff)
                    raise SourceUnavailable(why, LATER) from None
                at.answered()
                try:
                    check_status(ask, response, at, self._limits.http_backoff)
                    yield response
                finally:
                    response.close()


def _worth_retrying(error: BaseException) -> bool:
    return isinstance(error, SourceUnavailable) and not isinstance(error, SourceSkipped)


def _host(url: str) -> Host:
    return host(origin(url)[1])


def _take(ask: Ask, response: httpx.Response, part: Part, resumed: bool, patience: float) -> Received:
    """The answer in the file of `part`. What breaks off stays there, what is damaged does not."""
    headers = response.headers
    received = Received(part.path, encoding(headers), dict(headers), response.status_code == 304)
    if received.unchanged:
        part.forget()
        part.path.touch()
        return received
    if received.encoding not in ("identity", "gzip"):
        raise PayloadInvalid(f"{shown(ask.url)} answered in {shown(received.encoding)}.", CHANGED)
    declared = headers.get("content-length", "")
    refuse_size(ask, int(declared) if declared.isdecimal() else 0)
    if response.status_code == 200:
        part.begin(ask.url, headers)
    elif response.status_code == 416 or not resumed or not part.continued_by(headers):
        part.forget()
        raise SourceUnavailable(f"{shown(ask.url)} does not go on where it broke off.", LATER)
    with part.path.open("ab") as file:
        for chunk in steady(ask, response.iter_raw(), patience):
            file.write(chunk)
            refuse_size(ask, file.tell())
    try:
        check_whole(ask, received)
    except SourceUnavailable:
        part.forget()
        raise
    return received


def _silence(url: str, asked: httpx.URL, error: httpx.TransportError) -> str:
    """The same words for all addresses of a host."""
    scheme, name, _ = origin(url)
    at = "" if asked.host == name else f" (asked at {asked.scheme}://{asked.netloc.decode()})"
    late = isinstance(error, httpx.TimeoutException)
    what = "did not answer in time" if late else f"cannot be reached: {shown(str(error)).rstrip('.')}"
    return f"{scheme}://{name}{at} {what}."


@contextmanager
def _translated(url: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException:
        raise SourceUnavailable(f"{shown(url)} fell silent.", LATER) from None
    except (httpx.TransportError, httpx.StreamError) as error:
        raise SourceUnavailable(f"{shown(url)} broke off: {shown(str(error)).rstrip('.')}.", LATER) from None
    except httpx.InvalidURL as error:
        raise PayloadInvalid(f"{shown(url)} is no address: {error}.", CHANGED) from None
