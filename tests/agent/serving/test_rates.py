"""Requests that are counted in a real Redis, which goes away and comes back."""

from __future__ import annotations

import asyncio
import re
import time
from urllib.parse import urlsplit

import pytest

from agent.serving.problems import RejectedError
from agent.serving.rates import Rates
from agent.serving.settings import ServingSettings
from tests.agent import servers


async def spent(rates: Rates, times: int, key: str | None = "ana", address: str = "203.0.113.7") -> list[str]:
    """What is left after each request, or `refused`."""
    left = []
    for _ in range(times):
        try:
            left.append((await rates.spend(key, address))["RateLimit-Remaining"])
        except RejectedError:
            left.append("refused")
    return left


def test_redis_goes_away_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    def of_a_server(url: str) -> Rates:
        return Rates(ServingSettings(cache_url=url, key_rate_limit="4/day", address_rate_limit=""))

    async def run() -> None:
        with servers.redis() as url:
            port = urlsplit(url).port or 0
            one, other = of_a_server(url), of_a_server(url)
            assert await spent(one, 2) == ["3", "2"]
            assert await spent(other, 3) == ["1", "0", "refused"]  # they count together
        began = time.perf_counter()
        assert await spent(one, 5) == ["3", "2", "1", "0", "refused"]  # and each for itself
        assert time.perf_counter() - began < 0.5
        with servers.redis(port):
            await asyncio.sleep(1.1)
            assert await spent(one, 1) == ["3"]
            assert await spent(other, 1) == ["2"]
            await one.close()
            await other.close()

    with caplog.at_level("INFO", "cloud_pricing"):
        asyncio.run(run())
    assert re.findall("rates_away|rates_back", caplog.text) == ["rates_away", "rates_back"]
    assert servers.PASSWORD not in caplog.text


def test_one_customer_has_one_network() -> None:
    async def run() -> list[str]:
        rates = Rates(ServingSettings(key_rate_limit="", address_rate_limit="2/day"))
        addresses = ("2001:db8::1", "2001:db8::2:1", "2001:db8:0:1::1", "203.0.113.7", "203.0.113.8")
        return [left for address in addresses for left in await spent(rates, 1, None, address)]

    assert asyncio.run(run()) == ["1", "0", "1", "1", "1"]
