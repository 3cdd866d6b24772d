"""Answers in Redis, for every server that has the same one; while it is away each goes on with its own."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

from warehouse.errors import InvalidInput, MissingRequirement
from warehouse.log import get_logger
from warehouse.masking import masked

if TYPE_CHECKING:
    from redis.asyncio import BlockingConnectionPool

    from agent.serving.answer_cache import Counts

_log = get_logger("serving")
_SECONDS = 0.25  # that an answer waits for Redis at most
_AGAIN = 1.0  # seconds until it is asked again after it failed
_KEPT = 24 * 60 * 60  # seconds: a key holds for a day of UTC
_PREFIX = "cloud-pricing:answer:"
_CONNECTIONS = 16
_Result = TypeVar("_Result")


def pool_of(url: str) -> BlockingConnectionPool:
    """Connections that fail soon, made when first needed. Raises InvalidInput, MissingRequirement."""
    try:
        from redis.asyncio import BlockingConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ImportError as error:
        raise MissingRequirement(
            f"CLOUD_PRICING_CACHE_URL needs a package: {error}",
            'pip install "cloud-pricing-agent[redis]"',
        ) from None
    try:
        return BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_SECONDS,
            socket_timeout=_SECONDS,
            socket_connect_timeout=_SECONDS,
            retry=Retry(NoBackoff(), 1),  # a connection that has been idle may be closed
        )
    except ValueError as error:
        raise InvalidInput(
            f"CLOUD_PRICING_CACHE_URL: {masked(str(error))}", "Give it as redis://host:6379/0."
        ) from None


class RedisCache:
    """Never fails: what cannot be read is not there. That it went and that it came is logged, once."""

    def __init__(self, url: str, counts: Counts) -> None:
        """Connects when first asked. Raises InvalidInput, MissingRequirement."""
        pool = pool_of(url)
        from redis.asyncio import Redis
        from redis.exceptions import RedisError

        self._redis, self._counts = Redis(connection_pool=pool), counts
        self._failures = (RedisError, OSError, TimeoutError)
        self._away_until: float | None = None

    async def get(self, key: str) -> bytes | None:
        found = await self._tried(self._redis.get(_PREFIX + key)) if self._worth_trying else None
        return found if isinstance(found, bytes) else None

    async def put(self, key: str, value: bytes) -> None:
        if self._worth_trying:
            await self._tried(self._redis.set(_PREFIX + key, value, ex=_KEPT))

    async def close(self) -> None:
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    @property
    def away(self) -> bool:
        """Whether it failed when it was last asked."""
        return self._away_until is not None

    @property
    def _worth_trying(self) -> bool:
        """While it is away, one request in a second finds out."""
        now = time.monotonic()
        if self._away_until is None:
            return True
        if now < self._away_until:
            return False
        self._away_until = now + _AGAIN
        return True

    async def _tried(self, work: Awaitable[_Result]) -> _Result | None:
        try:
            found = await work
        except self._failures as error:
            self._counts.shared_errors += 1
            if self._away_until is None:
                said = masked(" ".join(str(error).split())[:200])
                _log.warning("cache_away", error=said, until_it_is_back="answers are kept in memory alone")
            self._away_until = time.monotonic() + _AGAIN
            return None
        if self._away_until is not None:
            self._away_until = None
            _log.info("cache_back")
        return found
