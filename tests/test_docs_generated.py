"""The parts of docs/ that are made from the code: settings, commands, columns; and the example queries.

Where one is out of date, the failing test prints what belongs between its markers.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import typer.main
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from agent.cli import app
from agent.serving import mcp_prompts, mcp_resources
from agent.serving.mcp_tools import offered
from agent.serving.settings import ServingSettings
from agent.settings import AgentSettings
from agent.toolbox import TOOLS
from ingest import registry
from warehouse import build
from warehouse.reader import Reader
from warehouse.settings import Settings
from warehouse.snapshots import Manifest, Snapshot

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def generated(page: Path, name: str, wanted: str) -> None:
    """Fail unless `page` has `wanted` between its markers `name`, and say what to paste."""
    found = re.search(
        rf"<!-- {name}: start -->\n(.*?)<!-- {name}: end -->", page.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found, f"{page.name} lacks the markers <!-- {name}: start --> and <!-- {name}: end -->"
    if found[1].strip() != wanted.strip():
        pytest.fail(
            f"{page.relative_to(ROOT)}: put this between the markers {name}:\n\n{wanted}", pytrace=False
        )


# --- settings


def settings_table() -> str:
    lines = ["| Variable | Default | What it is |", "|---|---|---|"]
    computed = {"store": "`data/store`, see below", "data": "`data`, see below"}
    models: tuple[type[BaseSettings], ...] = (Settings, AgentSettings, ServingSettings)
    for model in models:
        for name, field in model.model_fields.items():
            default = computed[name] if name in computed else f"`{_as_variable(field.default)}`"
            variable = field.validation_alias or f"CLOUD_PRICING_{name.upper()}"
            lines.append(f"| `{variable}` | {default} | {field.description} |")
    return "\n".join(lines)


def _as_variable(value: object) -> str:
    assert value is not PydanticUndefined, "say in `computed` what the default is"
    if isinstance(value, tuple | dict):
        return json.dumps(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_every_setting_is_documented() -> None:
    generated(DOCS / "settings.md", "settings", settings_table())


# --- MCP


def mcp_tables() -> str:
    lines = ["| Tool | What it tells | Arguments |", "|---|---|---|"]
    for name, one in offered().items():
        required = one.listed.input_schema.get("required", ())
        arguments = [
            f"**`{a}`**" if a in required else f"`{a}`" for a in one.listed.input_schema["properties"]
        ]
        lines.append(f"| `{name}` | {one.listed.title} | {', '.join(arguments) or 'none'} |")
    lines += ["", "| Resource | What it holds |", "|---|---|"]
    for known in (*mcp_resources.FIXED, *mcp_resources.TEMPLATES):
        lines.append(f"| `{getattr(known, 'uri', None) or known.uri_template}` | {known.description} |")
    lines += ["", "| Prompt | What it asks for | Arguments |", "|---|---|---|"]
    for name, told in mcp_prompts.prompts().items():
        arguments = [f"**`{a}`**" if a in told["required"] else f"`{a}`" for a in told["arguments"]]
        lines.append(f"| `{name}` | {told['description']} | {', '.join(arguments)} |")
    return "\n".join(lines)


def test_every_tool_resource_and_prompt_of_mcp_is_documented() -> None:
    generated(DOCS / "mcp.md", "mcp", mcp_tables())


# --- commands


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Each command by its words, subcommands included."""
    for name, command in (group or typer.main.get_command(app)).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def options(command: Any) -> list[Any]:
    return [one for one in command.params if one.param_type_name == "option" and not one.hidden]


def commands_page() -> str:
    lines = []
    for words, command in commands():
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        shown = "".join(
            f" {one.name.upper()}" if one.required else f" [{one.name.upper()}]" for one in arguments
        )
        lines += [f"### cloud-pricing {words}{shown}", "", " ".join(command.help.split()), ""]
        rows = [(f"`{one.name.upper()}`", one.help) for one in arguments]
        rows += [
            (f"`{', '.join(one.opts)}`", _sentence(one)) for one in options(command) if one.name != "help"
        ]
        lines += [
            "| Option | What it does |",
            "|---|---|",
            *(f"| {name} | {text} |" for name, text in rows),
            "",
        ]
    return "\n".join(lines)


def _sentence(option: Any) -> str:
    text = option.help or option.name.replace("_", " ").capitalize() + "."
    default = option.default
    shown = default not in (None, False) and not callable(default)
    return f"{text} Default: {default}." if shown else text


def test_every_command_and_option_is_documented() -> None:
    generated(DOCS / "commands.md", "commands", commands_page())


# --- tools


def tools_table() -> str:
    lines = ["| Tool | What it returns |", "|---|---|"]
    lines += [f"| `{tool.__name__}` | {tool.__doc__} |" for tool in TOOLS]
    return "\n".join(lines)


def test_every_tool_is_documented() -> None:
    generated(DOCS / "agent.md", "tools", tools_table())


# --- columns and example queries

ASKED = (
    "offers",
    "gpu_offers",
    "own_offers",
    "price_performance",
    "commitment_breakeven",
    "cheapest_by_gpu",
    "region_index",
    "token_prices",
    "service_prices",
    "services",
    "prices",
    "price_history",
    "price_changes",
    "focus_sku_prices",
    "focus_sku_properties",
    "spot_daily",
    "instance_types",
    "machine_specs",
    "spec_conflicts",
    "benchmarks",
    "interruptions",
    "coverage",
    "freshness",
    "quarantine",
    "batches",
    "checks",
    "documents",
    "accelerators",
    "regions",
    "countries",
    "geographies",
    "fx_rates",
    "fx_latest",
    "units",
)
ROWS = Path(__file__).parent / "fixtures" / "docs_prices.sql"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A small snapshot made by the real schema, reference tables and views."""
    folder = tmp_path_factory.mktemp("snapshots") / "20261120T060000Z-0a1b2c3d"
    folder.mkdir()
    with build.opened(folder / "warehouse.duckdb") as connection:
        build.load_reference(connection, ROOT / "data")
        build.load_sources(connection, registry.SOURCES)
        for statement in duckdb.extract_statements(ROWS.read_text(encoding="utf-8")):
            connection.execute(statement)
        build.derive(connection)
        build.describe(connection)
    created = datetime(2026, 11, 20, 6, tzinfo=UTC)
    snapshot = Snapshot(folder, Manifest(folder.name, created, None, "", (), (), {}, {}, {}))
    with Reader(snapshot) as opened:
        yield opened


def _examples() -> list[str]:
    return re.findall(
        r"^```sql\n(.*?)^```$", (DOCS / "sql.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def columns_page(reader: Reader) -> str:
    query = (
        "SELECT column_name, lower(data_type) AS type, comment FROM duckdb_columns() "
        "WHERE table_name = $table ORDER BY column_index"
    )
    lines = []
    for table in ASKED:
        lines += [f"### {table}", "", "| Column | Type | Meaning |", "|---|---|---|"]
        for name, kind, comment in reader.query(query, {"table": table}).rows:
            assert comment, f"{table}.{name} has no comment in warehouse/sql/columns.csv"
            escaped = comment.replace("|", "\\|")
            lines.append(f"| `{name}` | {kind} | {escaped} |")
        lines.append("")
    return "\n".join(lines)


def test_every_column_is_documented(reader: Reader) -> None:
    generated(DOCS / "sql.md", "columns", columns_page(reader))


def test_comments_of_columns_stand_in_order_each_once() -> None:
    with (ROOT / "warehouse" / "sql" / "columns.csv").open(encoding="utf-8", newline="") as stream:
        known = [(row["table"], row["column"]) for row in csv.DictReader(stream)]
    assert known == sorted(set(known))


@pytest.mark.parametrize("query", _examples())
def test_an_example_query_runs(reader: Reader, query: str) -> None:
    result = reader.query(query)
    assert result.rows, "an example that finds nothing shows nothing"


PLAIN = """
import json, sys
import duckdb
path, queries = json.load(sys.stdin)
plain, attached = duckdb.connect(path, read_only=True), duckdb.connect()
attached.execute("ATTACH '" + path + "' AS prices (READ_ONLY)")
names = [name for (name,) in plain.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()]
assert len(names) > 12, names
for query in (*queries, *(f'FROM "{name}" LIMIT 1' for name in names)):
    plain.execute(query).fetchall()
for name in names:
    attached.execute(f'FROM prices."{name}" LIMIT 1').fetchall()
"""


def test_views_and_macros_need_nothing_of_ours(reader: Reader) -> None:
    """In a process that knows only DuckDB: every view and example, and every view of the attached file."""
    given = json.dumps([str(reader.folder / "warehouse.duckdb"), _examples()])
    done = subprocess.run(
        [sys.executable, "-I", "-c", PLAIN], input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
