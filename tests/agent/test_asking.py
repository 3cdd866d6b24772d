"""Models that are honest, that invent, that fail, and their chain: what of theirs gets through."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.answer import answer, stream
from agent.events import Asked, Done, HandedOver, Text, ToolFinished, ToolStarted, Understood
from agent.model_choice import chain
from agent.schema_text import MOST_CHARACTERS, schema_text
from agent.settings import AgentSettings
from agent.turn import Turn
from tests.agent.fake_model import Call, FakeModel
from warehouse.errors import InvalidInput
from warehouse.reader import Reader

CALL = [("price_of", {"machine": "m5.large", "places": ["us-east-1"]})]


QUESTION = "price of m5.large in us-east-1"
GOOD = "An m5.large is $0.096 an hour in us-east-1, about 70.08 USD a month."


@pytest.fixture
def asked_with(reader: Reader) -> Any:
    def ask(*script: Any, tokens: int = 0, pause: float = 0, **limits: Any) -> Any:
        model = FakeModel(script=list(script), tokens=tokens, pause=pause)
        given = AgentSettings(**limits)
        return answer(QUESTION, reader=reader, models=[model], settings=given), model

    return ask


def test_an_honest_models_words_are_kept_with_the_evidence(asked_with: Any) -> None:
    said, _ = asked_with(CALL, GOOD)
    assert said.text.startswith("An m5.large is $0.096")
    assert said.model == "fake"
    assert said.citations
    assert not any("figures" in caveat for caveat in said.caveats)


def test_an_invented_figure_costs_one_retry(asked_with: Any) -> None:
    said, model = asked_with(CALL, "An m5.large is $0.20 an hour.", "An m5.large is $0.096 an hour.")
    assert "$0.096" in said.text
    assert any("0.20" in heard[-1] for heard in model.heard)


def test_twice_invented_means_the_rules_answer(asked_with: Any) -> None:
    said, _ = asked_with(CALL, "It is $0.20 an hour.", "It is $0.21 an hour.")
    assert "0.096 USD/hour" in said.text
    assert said.model == "rules"
    assert any("no tool returned" in caveat for caveat in said.caveats)


def test_a_failing_model_means_the_rules_answer(asked_with: Any) -> None:
    said, _ = asked_with(RuntimeError("no such host"))
    assert "0.096 USD/hour" in said.text
    assert any("no such host" in caveat for caveat in said.caveats)


def test_a_model_that_says_nothing_means_the_rules_answer(asked_with: Any) -> None:
    said, _ = asked_with("")
    assert "0.096 USD/hour" in said.text
    assert any("it said nothing" in caveat for caveat in said.caveats)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (["It depends on your needs."], "found nothing"),
        ([[("price_of", {"machine": "m9.large"})], "I cannot find it."], "found nothing"),
        ([CALL, "The price of m5.large in us-east-1 depends on your needs."], "nothing of what it found"),
    ],
)
def test_words_that_say_nothing_are_no_answer(asked_with: Any, script: list[Any], why: str) -> None:
    said, _ = asked_with(*script)
    assert "0.096 USD/hour" in said.text
    assert any(why in caveat for caveat in said.caveats)


def test_a_slow_model_is_left_at_the_time_limit(asked_with: Any) -> None:
    started = time.monotonic()
    said, _ = asked_with(GOOD, pause=30, max_seconds=0.2)
    assert time.monotonic() - started < 5
    assert said.model == "rules"
    assert any("longer than it may" in caveat for caveat in said.caveats)


def test_a_model_that_has_used_up_its_tokens_is_not_asked_again(asked_with: Any) -> None:
    said, model = asked_with(CALL, CALL, GOOD, tokens=600, max_tokens=1000)
    assert len(model.heard) == 2
    assert said.tokens_used == 1200
    assert any("more tokens" in caveat for caveat in said.caveats)


def test_a_model_that_calls_tools_for_ever_is_stopped(asked_with: Any) -> None:
    said, model = asked_with(CALL, max_tool_calls=3)
    assert len(model.heard) == 5  # three calls, and two refused
    assert any("more tool calls" in caveat for caveat in said.caveats)


def test_a_chain_goes_on_where_a_model_fails(reader: Reader) -> None:
    models = [
        FakeModel(id="down", script=[RuntimeError("no such host")]),
        FakeModel(id="slow", script=[GOOD], pause=30),
        FakeModel(id="liar", script=["It is $0.20 an hour."]),
        FakeModel(id="good", script=[CALL, GOOD]),
        FakeModel(id="spare", script=["never asked"]),
    ]
    said = answer(QUESTION, reader=reader, models=models, settings=AgentSettings(max_seconds=2))
    assert (said.model, said.text) == ("good", GOOD)
    assert [caveat.split()[0] for caveat in said.caveats[-3:]] == ["down", "slow", "liar"]
    assert said.caveats[-1].endswith("These are the words of good.")
    assert models[4].heard == []


def test_what_a_failed_model_looked_up_is_no_evidence_for_the_next(reader: Reader) -> None:
    models = [FakeModel(id="first", script=[CALL, "$0.20"]), FakeModel(id="second", script=[GOOD])]
    assert answer(QUESTION, reader=reader, models=models).model == "rules"


def test_an_answer_is_told_while_it_is_made(reader: Reader) -> None:
    model = FakeModel(script=[sql("select x"), CALL, "It is $0.20.", GOOD])
    down = FakeModel(id="down", script=[RuntimeError("no such host")])
    told = list(stream(QUESTION, reader=reader, models=[down, model]))
    kinds = [type(event) for event in told]
    calls = [ToolStarted, ToolFinished] * 2
    assert kinds == [Understood, Asked, HandedOver, Asked, *calls, Text, Done]
    assert (told[5].rows, bool(told[5].error), told[7].rows) == (0, True, 1)
    assert told[-2].text == told[-1].answer.text == GOOD


def test_the_rules_tell_the_same_events(reader: Reader) -> None:
    told = list(stream(QUESTION, reader=reader))
    assert [type(event) for event in told[:3]] == [Understood, ToolStarted, ToolFinished]
    assert "".join(event.text for event in told if isinstance(event, Text)) == told[-1].answer.text
    assert told[-1].answer.rows == answer(QUESTION, reader=reader).rows


def test_an_answer_nobody_waits_for_calls_no_more_tools(reader: Reader) -> None:
    model = FakeModel(script=[CALL], pause=0.1)
    told = stream(QUESTION, reader=reader, models=[model])
    assert any(isinstance(event, ToolFinished) for event in told)
    told.close()
    time.sleep(0.5)
    assert len(model.heard) <= 2


def test_earlier_turns_are_told_to_a_model(reader: Reader) -> None:
    model = FakeModel(script=[CALL, GOOD])
    turn = Turn("price of m5.xlarge in us-east-1", "It costs 0.192 USD/hour.", "en", datetime.now(UTC))
    answer("and m5.large?", reader=reader, models=[model], earlier=[turn])
    assert model.heard[0][1:] == [turn.question, turn.text, "and m5.large?"]


@pytest.mark.parametrize(
    ("named", "ids"),
    [("rules", []), ("openai:a", ["a"]), ("openai:a, openai:b:c,rules", ["a", "b:c"])],
)
def test_a_chain_is_named_with_commas_and_ends_in_the_rules(named: str, ids: list[str]) -> None:
    assert [model.id for model in chain(AgentSettings(model=named))] == ids


@pytest.mark.parametrize(
    "named", ["", "rules,openai:a", "openai:a,,openai:b", "openai", "openai:", "nobody:x"]
)
def test_a_chain_that_cannot_be_read_is_an_error_with_a_hint(named: str) -> None:
    with pytest.raises(InvalidInput, match=r"CLOUD_PRICING_MODEL.*(Set it|Name the rules last)"):
        chain(AgentSettings(model=named))


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (model,) = chain(AgentSettings(model="openai:qwen3", model_url="http://localhost:8000/v1"))
    assert (model.base_url, model.timeout) == ("http://localhost:8000/v1", 60)
    assert str(model.get_client().base_url) == "http://localhost:8000/v1/"


GOOD_SQL = "SELECT count(*) AS n FROM offers WHERE instance_type = 'm5.large'"


def sql(text: str) -> list[Call]:
    return [("query_sql", {"sql": text})]


def test_sql_is_repaired_with_the_databases_own_words_and_shown(asked_with: Any) -> None:
    said, model = asked_with(sql("SELECT pric FROM offers"), sql(GOOD_SQL), "There are 2 prices of m5.large.")
    assert 'column "pric" not found' in model.heard[1][-1]
    assert said.sql == GOOD_SQL
    assert said.text.splitlines() == ["There are 2 prices of m5.large.", f"SQL: {GOOD_SQL}"]


@pytest.mark.parametrize("bad", ["SELECT pric FROM offers", "DROP TABLE offers", "SELECT 1; SELECT 2"])
def test_sql_that_fails_three_times_is_refused(asked_with: Any, bad: str) -> None:
    said, model = asked_with(sql(bad), sql(bad), sql(bad), sql(GOOD_SQL), CALL, GOOD)
    assert "no more SQL" in model.heard[4][-1]
    assert (said.model, said.text, said.sql) == ("fake", GOOD, None)


def test_a_model_is_told_what_the_tables_hold(live: Reader) -> None:
    model = FakeModel(script=["…"])
    answer("quanto custa a m5.large?", reader=live, models=[model])
    told = model.heard[0][0]
    assert "Answer in Brazilian Portuguese" in told
    assert "1.234,56 USD por hora" in told
    text = schema_text(live)
    assert told.endswith(text)
    assert text is schema_text(live)
    assert len(text) <= MOST_CHARACTERS
    assert text.startswith("offers: price_id uuid (128-bit hash")
    for table in ("gpu_offers", "token_prices", "price_history", "freshness"):
        assert f"\n\n{table}: " in text
