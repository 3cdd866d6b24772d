"""Answers in an event loop, and many at a time from one snapshot."""

from __future__ import annotations

import asyncio
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from agent.answer import answer, astream, stream
from agent.events import Done, Event, ToolFinished
from agent.settings import AgentSettings
from tests.agent.fake_model import FakeModel
from warehouse.errors import InvalidInput
from warehouse.reader import Reader
from warehouse.snapshots import Snapshot

QUESTION = "price of m5.large in us-east-1"
CALL = [("price_of", {"machine": "m5.large", "places": ["us-east-1"]})]
GOOD = "An m5.large is $0.096 an hour in us-east-1."
QUESTIONS = (
    QUESTION,
    "quanto custa a m5.xlarge na Virgínia?",
    "cheapest 8 GPU machine in Europe",
    "m5.xlarge vs Standard_D4s_v3",
    "when is spot worth it?",
    "quanto custam 3 milhões de tokens de saída do gpt-4o?",
    "3 m5.large for 10 days in euros. And what is the price of r5.4xlarge?",
    "select count(*) as n from offers",
)


async def collected(*questions: str, **given: Any) -> list[list[Event]]:
    async def one(question: str) -> list[Event]:
        return [event async for event in astream(question, **given)]

    return await asyncio.gather(*(one(question) for question in questions))


def test_a_loop_is_told_the_same_events(reader: Reader, guide: Any) -> None:
    told = asyncio.run(collected(*QUESTIONS, reader=reader, knowledge=guide))
    for question, events in zip(QUESTIONS, told, strict=True):
        expected = list(stream(question, reader=reader, knowledge=guide))
        assert events[:-1] == expected[:-1]
        assert isinstance(events[-1], Done)


def test_a_loop_does_other_things_while_a_model_thinks(reader: Reader) -> None:
    model = FakeModel(script=[CALL, GOOD], pause=0.2)

    async def run() -> tuple[list[list[Event]], int]:
        asked, ticks = asyncio.create_task(collected(QUESTION, reader=reader, models=[model])), 0
        while not asked.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return asked.result(), ticks

    ((*_, last),), ticks = asyncio.run(run())
    assert isinstance(last, Done)
    assert last.answer.text == GOOD
    assert ticks > 10


@pytest.mark.parametrize("cancelled", [True, False])
def test_what_is_left_is_worked_on_no_more(reader: Reader, cancelled: bool) -> None:
    model = FakeModel(script=[CALL], pause=0.05)

    async def until_a_call() -> None:
        async with aclosing(astream(QUESTION, reader=reader, models=[model])) as told:
            async for event in told:
                if isinstance(event, ToolFinished) and not cancelled:
                    return

    async def run() -> int:
        task = asyncio.create_task(until_a_call())
        while len(model.heard) < 2:
            await asyncio.sleep(0.01)
        if cancelled:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        else:
            await task
        await asyncio.sleep(0.15)
        return len(model.heard)

    heard = asyncio.run(run())
    time.sleep(0.2)
    assert len(model.heard) == heard < 6  # its eight calls would take ten


def test_a_loop_hears_of_an_error(reader: Reader) -> None:
    with pytest.raises(InvalidInput, match="CLOUD_PRICING_MODEL"):
        asyncio.run(collected(QUESTION, reader=reader, settings=AgentSettings(model="nobody:x")))


def test_eight_threads_are_answered_as_one_is(published: Snapshot, guide: Any, tmp_path: Path) -> None:
    folder = shutil.copytree(published.folder, tmp_path / published.id)  # of which nothing has been read yet

    def asked(question: str) -> dict[str, Any]:
        said = answer(question, reader=reader, knowledge=guide)
        return {**said.to_dict(explained=True), "duration_ms": 0}

    with Reader(Snapshot(folder, published.manifest)) as reader, ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(asked, QUESTIONS * 4))
        assert at_once == [asked(question) for question in QUESTIONS] * 4
