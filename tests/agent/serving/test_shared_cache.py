"""Answers that several servers keep together in a real Redis, which goes away and comes back."""

from __future__ import annotations

import asyncio
import re
import time
from urllib.parse import urlsplit

import pytest

from agent.serving.answer_cache import AnswerCache, Made
from agent.serving.settings import ServingSettings
from agent.serving.shared_cache import RedisCache
from tests.agent import servers
from warehouse.errors import InvalidInput


def made(text: str) -> Made:
    return Made(
        f'{{"text":"{text}"}}'.encode(), 1.5, "s", "pt", "price", True, "rules", ("find",), 0, 1.0, 2, ("p",)
    )


def of_a_server(url: str) -> AnswerCache:
    return AnswerCache.given(ServingSettings(cache_url=url))


def test_redis_goes_away_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        with servers.redis() as url:
            port = urlsplit(url).port or 0
            mine, others = of_a_server(url), of_a_server(url)
            await mine.put("a", made("first"))
            assert await others.get("a") == made("first")
            assert others.counts.shared_hits == 1
        for key in ("b", "c", "d"):
            assert await mine.get(key) is None
            await mine.put(key, made(key))
        began = time.perf_counter()
        assert await mine.get("b") == made("b")  # out of memory
        assert await mine.get("nothing") is None
        assert time.perf_counter() - began < 0.2
        with servers.redis(port):
            await asyncio.sleep(1.1)
            await mine.put("e", made("after"))
            assert await others.get("e") == made("after")
            await mine.close()
            await others.close()

    with caplog.at_level("INFO", "cloud_pricing"):
        asyncio.run(run())
    assert re.findall("cache_away|cache_back", caplog.text) == ["cache_away", "cache_back"]
    assert servers.PASSWORD not in caplog.text


def test_what_others_wrote_there_is_not_an_answer() -> None:
    async def run() -> None:
        with servers.redis() as url:
            from redis import Redis

            Redis.from_url(url).set("cloud-pricing:answer:a", b'{"at": 1}\n{}')
            cache = of_a_server(url)
            assert await cache.get("a") is None
            await cache.close()

    asyncio.run(run())


def test_an_address_that_is_none_is_said_without_its_password() -> None:
    with pytest.raises(InvalidInput, match="CLOUD_PRICING_CACHE_URL") as said:
        RedisCache("http://:velvet-otter@localhost", AnswerCache().counts)
    assert servers.PASSWORD not in str(said.value)
