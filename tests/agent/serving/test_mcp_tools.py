"""What an MCP client finds and is told, by the official client connected in this process."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import anyio
import duckdb
import jsonschema
import mcp_types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from agent.serving.mcp_server import mcp_over
from agent.serving.mcp_tools import offered
from agent.serving.parts import Parts
from agent.toolbox import arguments_of
from tests.agent.serving.conftest import parts_over
from warehouse.errors import InvalidInput
from warehouse.reader import Reader

Said = TypeVar("Said")
ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3"


def talk(parts: Parts, work: Callable[[Client], Awaitable[Said]], mode: str = "auto") -> Said:
    async def talking() -> Said:
        async with Client(mcp_over(parts), mode=mode) as client:
            return await work(client)

    return asyncio.run(talking())


def ask(parts: Parts, name: str, **arguments: Any) -> types.CallToolResult:
    return talk(parts, lambda client: client.call_tool(name, arguments))


def text_of(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


@pytest.fixture(scope="module")
def parts(small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    parts = parts_over(small_store, tmp_path_factory.mktemp("mcp"))
    yield parts
    asyncio.run(parts.close())


def test_every_argument_is_described_and_every_example_fits() -> None:
    for name, one in offered().items():
        schema = one.listed.input_schema
        parts = [schema, *schema.get("$defs", {}).values()]
        assert all(argument["description"] for part in parts for argument in part["properties"].values())
        example = re.search(r"Example: (\{.*)", one.listed.description or "", re.DOTALL)
        if one.tool and name != "list_sources":
            assert example
            arguments = json.loads(example[1])
            jsonschema.validate(arguments, schema)
            arguments_of(one.tool)(**arguments)


CALLS: dict[str, dict[str, Any]] = {
    "ask": {"question": "Where is p5.48xlarge cheapest?"},
    "find_offers": {"accelerators": ["H100"]},
    "compare": {"by": "place", "machines": ["m5.large"], "places": ["us-east-1", "us-east-2"]},
    "price_history": {"machines": ["m5.large"]},
    "price_changes": {"since": "2020-01-01"},
    "estimate": {"machine": "p5.48xlarge", "machines": 2, "hours": 10},
    "estimate_basket": {"basket": {"machines": [{"machine": "p5.48xlarge", "region": "us-east-1"}]}},
    "recommend": {"min_vcpus": 2},
    "commitment_options": {"machine": "p5.48xlarge"},
    "list_token_prices": {},
    "search_knowledge": {"text": "spot"},
    "list_sources": {},
    "describe_schema": {"tables": ["offers"]},
    "query_sql": {"sql": "SELECT provider, max(price_usd_hour) AS usd FROM offers GROUP BY ALL"},
}


def test_each_tool_gives_what_its_schema_says_and_a_text(parts: Parts) -> None:
    async def all_of_them(client: Client) -> dict[str, types.CallToolResult]:
        listed = (await client.list_tools()).tools
        assert [one.name for one in listed] == list(CALLS)
        assert all(one.annotations and one.annotations.read_only_hint for one in listed)
        return {name: await client.call_tool(name, arguments) for name, arguments in CALLS.items()}

    for name, result in talk(parts, all_of_them).items():
        assert not result.is_error, (name, text_of(result))
        found = result.structured_content
        jsonschema.validate(found, offered()[name].listed.output_schema or {})
        assert found["snapshot"] == parts.in_force.snapshot
        assert f"Snapshot {found['snapshot']}" in text_of(result)
        assert all(list(row) == found["columns"] for row in found["rows"]), name


def test_a_table_lines_up_and_says_where_it_is_from(parts: Parts) -> None:
    result = ask(parts, "find_offers", accelerators=["H100"])
    head, *lines = text_of(result).split("\n\n")[0].splitlines()
    end = head.index("price_usd_hour") + len("price_usd_hour")
    assert lines
    assert all(re.search(r"  +\d+\.\d\d+$", line[:end]) for line in lines)
    found = result.structured_content
    assert {row["source"] for row in found["rows"]} == {one["source"] for one in found["citations"]}
    assert all(re.fullmatch(r"\d+(\.\d+)?", row["price_usd_hour"]) for row in found["rows"])
    assert re.search(r"oldest data of \d{4}-\d\d-\d\d \(\d+ days ago\)", text_of(result))


def test_an_answer_comes_in_the_questions_language_with_its_steps(parts: Parts) -> None:
    steps: list[str | None] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        del progress, total
        steps.append(message)

    asked = {"question": "Quanto custa a p5.48xlarge em us-east-1?"}
    result = talk(parts, lambda client: client.call_tool("ask", asked, progress_callback=hear))
    assert "98,32 USD/hora" in text_of(result)
    assert (result.structured_content["language"], result.structured_content["answered"]) == ("pt", True)
    assert steps
    assert set(steps) == set(result.structured_content["tools_used"])


def test_nothing_unseen_reaches_a_model(parts: Parts) -> None:
    result = ask(parts, "query_sql", sql="SELECT 'a\u200bb' AS name, 'c\u202ed' AS other FROM range(2)")
    assert result.structured_content["rows"][0] == {"name": "ab", "other": "cd"}
    assert "ab    cd" in text_of(result)


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("find_offers", {"places": ["Narnia"]}, r"called Narnia\. Try a region code"),
        ("find_offers", {"colour": "red"}, r"colour: .*Correct the argument"),
        ("estimate", {}, r"machine: Field required"),
        ("ask", {}, r"question: Field required"),
        ("query_sql", {"sql": "DROP TABLE offers"}, r"DROP is not allowed.*Send a SELECT"),
        ("describe_schema", {"tables": ["nothing"]}, r"no table nothing\. There are: .*offers"),
    ],
)
def test_a_wrong_call_says_what_to_do(parts: Parts, name: str, arguments: dict[str, Any], said: str) -> None:
    result = ask(parts, name, **arguments)
    assert result.is_error
    assert re.search(said, text_of(result))


def extremes(argument: dict[str, Any]) -> tuple[Any, ...]:
    kinds = [argument, *argument.get("anyOf", ())]
    if any(kind.get("format") in ("date", "date-time") for kind in kinds):
        return ("0001-01-01", "9999-12-31")
    return (10**30, -1) if any(kind.get("type") in ("integer", "number") for kind in kinds) else ()


def test_no_number_and_no_day_is_a_defect(parts: Parts) -> None:
    async def try_all(client: Client) -> int:
        tried = 0
        for name, one in offered().items():
            for argument, schema in one.listed.input_schema["properties"].items():
                for value in extremes(schema):
                    given = {**CALLS[name], argument: value}
                    if argument in ("until", "last_day"):
                        given.pop("since", None)
                    said = text_of(await client.call_tool(name, given))
                    assert "defect" not in said, (name, argument, value)
                    tried += 1
        return tried

    assert talk(parts, try_all) > 80


def test_what_is_not_there_is_an_error_of_the_protocol(parts: Parts) -> None:
    async def wrong(client: Client) -> None:
        for asked in (
            client.call_tool("nothing", {}),
            client.read_resource("cloud-pricing://nothing"),
            client.read_resource("cloud-pricing://guides/nothing/en"),
            client.get_prompt("nothing"),
            client.get_prompt("find_gpus", {}),
        ):
            with pytest.raises(MCPError) as raised:
                await asked
            assert raised.value.error.code == types.INVALID_PARAMS

    talk(parts, wrong)


def test_a_big_result_is_cut_and_says_so(parts: Parts) -> None:
    result = ask(parts, "query_sql", sql="SELECT i, repeat('x', 90) AS x FROM range(5000) t(i)")
    found = result.structured_content
    assert found["truncated"]
    assert 100 < len(found["rows"]) <= 200
    assert len(text_of(result)) < 17_000
    assert re.search(r"rows: narrow the conditions", text_of(result))
    whole = ask(parts, "query_sql", sql="SELECT document_id FROM documents LIMIT 1")
    assert not whole.is_error
    assert not whole.structured_content["truncated"]


def is_closed(reader: Reader) -> bool:
    try:
        reader.query("SELECT 1")
    except (InvalidInput, duckdb.Error):
        return True
    return False


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_call_that_is_left_ends_its_query(small_store: Path, tmp_path: Path, mode: str) -> None:
    parts = parts_over(small_store, tmp_path)

    async def leave(client: Client) -> bool:
        with anyio.move_on_after(0.3) as left:
            await client.call_tool("query_sql", {"sql": ENDLESS})
        return left.cancelled_caught

    with parts.in_force.reading() as reader:
        pass
    assert talk(parts, leave, mode)
    asyncio.run(parts.close())  # at once, or when its last user has ended
    until = time.monotonic() + 5  # the query's own limit is twice that
    while not is_closed(reader):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_resources_tell_the_schema_the_age_and_the_guides(parts: Parts) -> None:
    async def read(client: Client) -> dict[str, str]:
        listed = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        assert [one.name for one in templates] == ["table", "guide"]
        names = [one.uri for one in listed[:3]] + ["cloud-pricing://schema/offers", listed[-1].uri]
        texts = {}
        for uri in names:
            (content,) = (await client.read_resource(uri)).contents
            assert isinstance(content, types.TextResourceContents)
            texts[uri.removeprefix("cloud-pricing://").partition("/")[0] + str(len(texts))] = content.text
        return texts

    texts = talk(parts, read)
    assert "price_usd_hour" in texts["schema0"]
    assert "age_days" in texts["freshness1"]
    assert json.loads(texts["snapshot2"])["id"] == parts.in_force.snapshot
    assert "price_usd_hour" in texts["schema3"]
    assert texts["guides4"].startswith("# ")


def test_prompts_come_in_both_languages_and_their_arguments_are_completed(parts: Parts) -> None:
    async def use(client: Client) -> None:
        prompts = {one.name: one for one in (await client.list_prompts()).prompts}
        assert set(prompts) == {
            *("compare_workload", "review_bill", "find_gpus", "track_changes"),
            *("comparar_carga", "revisar_conta", "achar_gpus", "acompanhar_precos"),
        }
        got = await client.get_prompt("achar_gpus", {"accelerator": "H100"})
        (message,) = got.messages
        assert isinstance(message.content, types.TextContent)
        assert "H100" in message.content.text
        assert "{" not in message.content.text
        assert "Lugares" not in message.content.text
        gpus = types.PromptReference(name="find_gpus")
        assert (await client.complete(gpus, {"name": "accelerator", "value": "h1"})).completion.values == [
            "H100"
        ]
        listed = await client.complete(gpus, {"name": "places", "value": "us-east-1, us-e"})
        assert "us-east-1, us-east-2" in listed.completion.values
        table = types.ResourceTemplateReference(uri="cloud-pricing://schema/{table}")
        assert (await client.complete(table, {"name": "table", "value": "offe"})).completion.values[
            0
        ] == "offers"

    talk(parts, use)
