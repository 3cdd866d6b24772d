"""The documents say what the code does: every command, setting, source, link and example is checked.

Three parts of docs/ are made from the code: the settings, the commands and the columns. Where one is
out of date, the failing test prints what belongs between its markers.
"""

from __future__ import annotations

import re
import shlex
import shutil
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
from agent.settings import AgentSettings
from ingest import registry
from warehouse import build
from warehouse.reader import Reader
from warehouse.settings import Settings
from warehouse.snapshots import Manifest, Snapshot

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.pt-BR.md")
PAGES = (*READMES, *sorted(DOCS.rglob("*.md")))
HIDDEN_OPTIONS = {"--help", "--install-completion", "--show-completion"}
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def generated(page: Path, name: str, wanted: str) -> None:
    """Fail unless `page` has `wanted` between its markers `name`, and say what to paste."""
    found = re.search(
        rf"<!-- {name}: start -->\n(.*?)<!-- {name}: end -->", page.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found, f"{page.name} lacks the markers <!-- {name}: start --> and <!-- {name}: end -->"
    if found[1].strip() != wanted.strip():
        pytest.fail(f"{page.relative_to(ROOT)}: put this between the markers {name}:\n\n{wanted}", pytrace=False)


def fences(page: Path, language: str = "") -> list[str]:
    """The fenced blocks of one language, without their fences."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"^```(\S*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [body for kind, body in found if kind == language]


# --- settings


def settings_table() -> str:
    lines = ["| Variable | Default | What it is |", "|---|---|---|"]
    computed = {"store": "`data/store`, see below", "data": "`data`, see below"}
    models: tuple[type[BaseSettings], ...] = (Settings, AgentSettings)
    for model in models:
        for name, field in model.model_fields.items():
            default = computed[name] if name in computed else f"`{_as_variable(field.default)}`"
            lines.append(f"| `CLOUD_PRICING_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def _as_variable(value: object) -> str:
    assert value is not PydanticUndefined, "say in `computed` what the default is"
    return "[]" if value == () else f"{value:g}" if isinstance(value, float) else str(value)


def test_every_setting_is_documented() -> None:
    generated(DOCS / "settings.md", "settings", settings_table())


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
        shown = "".join(f" {one.name.upper()}" if one.required else f" [{one.name.upper()}]" for one in arguments)
        lines += [f"### cloud-pricing {words}{shown}", "", " ".join(command.help.split()), ""]
        rows = [(f"`{one.name.upper()}`", one.help) for one in arguments]
        rows += [(f"`{', '.join(one.opts)}`", _sentence(one)) for one in options(command) if one.name != "help"]
        lines += ["| Option | What it does |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows), ""]
    return "\n".join(lines)


def _sentence(option: Any) -> str:
    text = option.help or option.name.replace("_", " ").capitalize() + "."
    default = option.default
    shown = default not in (None, False) and not callable(default)
    return f"{text} Default: {default}." if shown else text


def test_every_command_and_option_is_documented() -> None:
    generated(DOCS / "commands.md", "commands", commands_page())


@every_page
def test_commands_in_examples_exist(page: Path) -> None:
    known = dict(commands())
    for words in _examples(page):
        path = " ".join(words[: 2 if words[0] == "snapshots" else 1])
        if path.startswith("--"):
            assert path in {"--version", "--help", "--debug"}, f"{page.name}: cloud-pricing {path}"
            continue
        assert path in known, f"{page.name}: there is no command {path}"
        offered = {name for one in options(known[path]) for name in one.opts} | {"--help"}
        used = {word.partition("=")[0] for word in words if re.match(r"--\w", word)}
        assert used <= offered, f"{page.name}: {path} has no {used - offered}"


def _examples(page: Path) -> Iterator[list[str]]:
    """The words after `cloud-pricing` of every command line in a console or sh block."""
    for block in (*fences(page, "console"), *fences(page, "sh")):
        for line in block.replace("\\\n", " ").splitlines():
            words = line.removeprefix("$ ").strip()
            if words.startswith("cloud-pricing "):
                yield shlex.split(words)[1:]


# --- sources and reference tables


def test_every_source_is_documented_with_its_licence() -> None:
    text = (DOCS / "data-sources.md").read_text(encoding="utf-8")
    for info in registry.SOURCES:
        section = re.search(rf"^## {info.name}\b.*?(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
        assert section, f"docs/data-sources.md has no section {info.name}"
        assert info.licence.lower() in section[0].lower(), f"{info.name}: the licence is {info.licence}"
        assert info.homepage in section[0], f"{info.name}: {info.homepage}"


def test_every_reference_table_and_guide_is_documented() -> None:
    text = (DOCS / "data-sources.md").read_text(encoding="utf-8")
    names = [path.name for path in (ROOT / "data" / "reference").glob("*.csv")]
    names += [path.name for path in (ROOT / "data" / "knowledge" / "en").glob("*.md")]
    assert not [name for name in names if f"`{name}`" not in text]


def test_the_template_of_a_source_works(tmp_path: Path) -> None:
    """The files of add-a-source.md, put into a copy of the code, pass what every source must pass."""
    for name in ("ingest", "warehouse", "tests/ingest", "data/reference"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    text = (DOCS / "add-a-source.md").read_text(encoding="utf-8")
    files = dict(re.findall(r"^\*\*`([^`]+)`\*\*\n\n```\w*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    line = files.pop("ingest/registry.py")
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    lines = (tmp_path / "ingest/registry.py").read_text(encoding="utf-8")
    (tmp_path / "ingest/registry.py").write_text(
        lines.replace("\n)\n# fmt: on", f"\n{line})\n# fmt: on"), encoding="utf-8"
    )
    tests = ["tests/ingest/test_registry.py", "tests/ingest/test_sources.py", "tests/ingest/sources/test_acme.py"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", "acme or registry"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "acme" in lines or "acme" in line


# --- columns and example queries

ASKED = (
    "offers",
    "gpu_offers",
    "own_offers",
    "token_prices",
    "prices",
    "price_history",
    "price_changes",
    "instance_types",
    "coverage",
    "freshness",
    "quarantine",
    "batches",
    "documents",
    "accelerators",
    "regions",
    "countries",
    "geographies",
    "fx_rates",
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


@pytest.mark.parametrize("query", fences(DOCS / "sql.md", "sql"))
def test_an_example_query_runs(reader: Reader, query: str) -> None:
    result = reader.query(query)
    assert result.rows, "an example that finds nothing shows nothing"


# --- the two READMEs, links, and words


def test_the_readmes_say_the_same() -> None:
    english, portuguese = (page.read_text(encoding="utf-8") for page in READMES)
    levels = [re.findall(r"^(#+) ", text, re.MULTILINE) for text in (english, portuguese)]
    assert levels[0] == levels[1]
    assert list(_examples(READMES[0])) == list(_examples(READMES[1]))
    for kind in ("yaml", "csv", "sh", "sql"):
        assert fences(READMES[0], kind) == fences(READMES[1], kind), kind


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        name, _, heading = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.exists(), f"{page.name} links to {target}"
        if heading:
            assert heading in _anchors(linked), f"{page.name} links to {target}"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_no_word_that_does_not_belong(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    machine_path = r"(?<![\w.<>-])/(?:work|tmp|root|home|usr|opt|var|mnt|Users)/\S*"
    package_host = r"\b(?:[\w-]+\.)*(?:pypi|registry|artifactory|nexus|mirror)(?:\.[\w-]+)+\.[a-z]{2,}\b"
    address = r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?!\d)"
    for pattern in (machine_path, package_host, address, r"(?i)index-url", r"(?i)\b(simply|obviously)\b"):
        assert not re.findall(pattern, text), (page.name, pattern)
