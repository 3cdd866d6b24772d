"""How often a key, and an address, may ask: counted in Redis if there is one, else in memory."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, TypeVar

from agent.serving.problems import RejectedError
from agent.serving.settings import ServingSettings
from agent.serving.shared_cache import pool_of
from warehouse.log import get_logger

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.aio.storage import RedisStorage
    from limits.aio.strategies import SlidingWindowCounterRateLimiter

_FAILURES = "30/minute"  # keys that are none, from one address
_AGAIN_SECONDS = 1.0  # until Redis is asked again after it failed
_PREFIX = "cloud-pricing:rates"
_log = get_logger("rates")
_Result = TypeVar("_Result")


class Rates:
    """Windows slide, and take the same room however many requests they count."""

    def __init__(self, given: ServingSettings) -> None:
        """Raises InvalidInput, MissingRequirement."""
        from limits import parse_many

        def limits(text: str) -> Sequence[RateLimitItem]:
            return parse_many(text) if text else ()

        self._of_key, self._of_address = limits(given.key_rate_limit), limits(given.address_rate_limit)
        self._of_failures = parse_many(_FAILURES)
        self._counts = _Counts(given.cache_url.get_secret_value())

    async def spend(self, key: str | None, address: str) -> Mapping[str, str]:
        """Counts a request; what is left, as headers. Raises RejectedError: 429, with `Retry-After`."""
        place = ("address", _network(address))
        await self._count(self._of_address, *place)
        if key:
            await self._count(self._of_key, "key", key)
        return await (self._left(self._of_key, "key", key) if key else self._left(self._of_address, *place))

    async def failed(self, address: str) -> None:
        """Counts a key that is none. Raises RejectedError."""
        await self._count(self._of_failures, "failures", _network(address))

    async def close(self) -> None:
        await self._counts.close()

    async def _count(self, limits: Sequence[RateLimitItem], *who: str) -> None:
        for limit in limits:
            if not await self._counts.hit(limit, *who):
                headers = await self._left((limit,), *who)
                seconds = headers["RateLimit-Reset"]
                raise RejectedError(
                    429,
                    f"More than {limit} for this {'key' if who[0] == 'key' else 'address'}.",
                    f"Wait {seconds} seconds.",
                    {**headers, "Retry-After": seconds},
                )

    async def _left(self, limits: Sequence[RateLimitItem], *who: str) -> Mapping[str, str]:
        """Of the limit that is nearest, as headers."""
        stands = [(await self._counts.left(limit, *who), limit.amount) for limit in limits]
        if not stands:
            return {}
        (reset, left), amount = min(stands, key=lambda one: one[0][1])
        return {
            "RateLimit-Limit": str(amount),
            "RateLimit-Remaining": str(max(0, int(left))),
            "RateLimit-Reset": str(max(1, math.ceil(reset - time.time()))),
        }


class _Counts:
    """While Redis is away each server counts for itself; the log says so once, and once when it is back."""

    def __init__(self, url: str) -> None:
        from limits.aio.storage import MemoryStorage
        from limits.aio.strategies import SlidingWindowCounterRateLimiter

        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._pool = pool_of(url) if url else None
        self._shared = SlidingWindowCounterRateLimiter(_redis(url, self._pool)) if self._pool else None
        self._away, self._again = False, 0.0

    async def close(self) -> None:
        if self._pool:
            await self._pool.disconnect()

    async def hit(self, limit: RateLimitItem, *who: str) -> bool:
        """Whether it is allowed."""
        return await self._by_either(lambda by: by.hit(limit, *who))

    async def left(self, limit: RateLimitItem, *who: str) -> tuple[float, int]:
        """When the window is over, in seconds since 1970, and how many requests are left until then."""
        return await self._by_either(lambda by: by.get_window_stats(limit, *who))

    async def _by_either(
        self, counted: Callable[[SlidingWindowCounterRateLimiter], Awaitable[_Result]]
    ) -> _Result:
        from limits.errors import StorageError

        if self._shared and time.monotonic() >= self._again:
            if self._away:
                self._again = time.monotonic() + _AGAIN_SECONDS  # the others do not wait meanwhile
            try:
                result = await counted(self._shared)
            except StorageError:
                self._again = time.monotonic() + _AGAIN_SECONDS
                if not self._away:
                    _log.warning("rates_away", until_it_is_back="each server counts for itself")
                self._away = True
            else:
                if self._away:
                    _log.info("rates_back")
                self._away, self._again = False, 0.0
                return result
        return await counted(self._own)


def _redis(url: str, pool: Any) -> RedisStorage:
    from limits.aio.storage import RedisStorage

    return RedisStorage(
        url, wrap_exceptions=True, implementation="redispy", key_prefix=_PREFIX, connection_pool=pool
    )


def _network(address: str) -> str:
    """An address, or of IPv6 the /64 it is in: that is what one customer has."""
    try:
        return str(ip_network((address, 64), strict=False)) if ip_address(address).version == 6 else address
    except ValueError:
        return address
