"""Parts that are turned off: what is asked in their place, and what the answer says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.answer import answer
from agent.context import Context
from agent.fact_tools import query_sql
from agent.flags import PARTS, turn, turned_off
from agent.settings import AgentSettings
from agent.toolbox import bound, call
from tests.agent.fake_model import FakeModel
from warehouse.contracts import LiveAsk, LiveReply
from warehouse.errors import TurnedOff
from warehouse.reader import Reader

PRICE, PRICE_PT = "price of m5.large in us-east-1", "quanto custa a m5.large em us-east-1?"


class Unreachable:
    """Must not be asked."""

    def ask(self, asked: LiveAsk) -> LiveReply:
        raise AssertionError(asked)

    def find(self, text: str, **_: Any) -> Any:
        raise AssertionError(text)


def test_a_part_is_turned_off_and_on_for_all_who_use_the_store(tmp_path: Path) -> None:
    given = AgentSettings(off=("llm",))
    assert turned_off(tmp_path, given) == {"llm"}
    turn(tmp_path, off=["sql", "knowledge"])
    assert turned_off(tmp_path, given) == {"llm", "sql", "knowledge"}
    turn(tmp_path, on=["sql", "llm"])
    assert turned_off(tmp_path, given) == {"llm", "knowledge"}
    turn(tmp_path, on=["knowledge"])
    assert turned_off(tmp_path, given) == {"llm"}


@pytest.mark.parametrize("text", ["", "[", '["sqll"]', "1", '[["sql"]]'])
def test_what_cannot_be_read_turns_all_off(tmp_path: Path, text: str) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "off.json").write_text(text)
    assert turned_off(tmp_path, AgentSettings()) == set(PARTS)
    assert turn(tmp_path, on=PARTS) == set()


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (PRICE, "The language model is turned off for now: the rules answered."),
        (PRICE_PT, "O modelo de linguagem está desligado no momento: quem respondeu foram as regras."),
    ],
)
def test_no_model_is_asked(reader: Reader, question: str, said: str) -> None:
    model = FakeModel(script=["It is free."])
    made = answer(question, reader=reader, models=[model], settings=AgentSettings(off=("llm",)))
    assert (made.model, model.heard, made.caveats.count(said)) == ("rules", [], 1)
    plain = answer(question, reader=reader, settings=AgentSettings(off=("llm",)))
    assert said not in plain.caveats  # nobody would have been asked


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (f"{PRICE} right now", "Live prices are turned off for now: this is the snapshot's price."),
        (
            "quanto custa agora mesmo a m5.large em us-east-1?",
            "A consulta de preços ao vivo está desligada no momento: este é o preço do snapshot.",
        ),
    ],
)
def test_no_feed_is_asked(reader: Reader, question: str, said: str) -> None:
    given = AgentSettings(off=("live",), live_prices="asked")
    made = answer(question, reader=reader, live=Unreachable(), settings=given)
    assert said in made.caveats
    assert made.citations


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "when is spot worth it?",
            "Search by meaning is turned off for now: guides were found by their words alone.",
        ),
        (
            "quando vale a pena usar spot?",
            "A busca por significado está desligada no momento: os guias foram achados só pelas palavras.",
        ),
    ],
)
def test_guides_are_found_by_their_words(small_store: Path, question: str, said: str) -> None:
    given = AgentSettings(off=("knowledge",))
    with Reader.open(small_store) as reader:
        made = answer(question, reader=reader, knowledge=Unreachable(), settings=given)
    assert said in made.caveats
    assert made.answered


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The query was not run: SQL is turned off for now."),
        ("pt", "A consulta não foi executada: as consultas em SQL estão desligadas no momento."),
    ],
)
def test_no_sql_is_run(reader: Reader, language: str, said: str) -> None:
    given = AgentSettings(off=("sql",))
    made = answer("SELECT count(*) FROM offers", reader=reader, language=language, settings=given)
    assert said in made.text
    assert not made.answered


def test_sql_is_no_tool_while_it_is_off(reader: Reader) -> None:
    context = Context.of(reader, AgentSettings(off=("sql",)))
    assert "query_sql" not in {tool.name for tool in bound(context)}
    with pytest.raises(TurnedOff, match="flags --on sql"):
        call(context, query_sql, {"sql": "SELECT 1"})
