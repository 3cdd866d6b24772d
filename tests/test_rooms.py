"""The rooms of the house: who may import whom, how large a file may be, and what stays unloaded."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("agent", "flows", "ingest", "warehouse")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
LARGEST = 300

_ALWAYS = {"warehouse.contracts", "warehouse.errors", "warehouse.log", "warehouse.settings"}
_SNAPSHOTS = {"warehouse.comparison", "warehouse.snapshots"}
_ALERTS = {
    "warehouse.alert_evaluation",
    "warehouse.alert_rules",
    "warehouse.outbox",
}  # found, told, delivered
_BACKUPS = {"warehouse.backup_state", "warehouse.backups"}
_KNOWLEDGE = {"warehouse.chroma_clients", "warehouse.embed", "warehouse.integrity"}
# What a room may import from other rooms. `statements` is how SQL files are read.
DOORS = {
    "warehouse": set[str](),
    "ingest": {*_ALWAYS},
    "agent": {
        *_ALWAYS,
        *(f"warehouse.{name}" for name in ("knowledge", "masking", "reader", "stopping", "tracing")),
    },
    "flows": {
        *_ALWAYS,
        *_ALERTS,
        *_BACKUPS,
        *(
            f"warehouse.{name}"
            for name in ("build", "cards", "embed", "history", "knowledge", "quality", "snapshots", "tracing")
        ),
        *(f"ingest.{name}" for name in ("client", "documents", "editions", "landing")),
        *(f"ingest.{name}" for name in ("registry", "source", "staging")),
    },
}
# The command line is where everything is put together.
COMMAND_LINE = re.compile(r"agent/(cli\w*|doctor|terminal)\.py")
HEAVY = {"prefect", "torch", "sentence_transformers", "chromadb", "great_expectations"}
VAGUE = {"base", "common", "core", "handler", "helpers", "manager", "misc", "service", "utils"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, at its top or inside a function, as `package.module`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(path)}: relative imports hide the room"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                is_module = (ROOT / whole.replace(".", "/")).with_suffix(".py").is_file() or (
                    ROOT / whole.replace(".", "/")
                ).is_dir()
                yield whole if is_module else str(node.module)


def top_level_imports(path: Path) -> Iterator[str]:
    for node in tree(path).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


def doors_of(path: Path) -> set[str]:
    room = named(path).partition("/")[0]
    further = {
        "ingest.live_feeds",
        "ingest.registry",
        "warehouse.focus_rules",
        *_ALERTS,
        *_BACKUPS,
        *_KNOWLEDGE,
        *_SNAPSHOTS,
    }
    return DOORS[room] | (further if COMMAND_LINE.fullmatch(named(path)) else set())


def allowed(path: Path, module: str) -> bool:
    room, owner = named(path).partition("/")[0], module.partition(".")[0]
    if owner not in ROOMS or owner == room:
        return True
    if owner == "flows":
        return bool(COMMAND_LINE.fullmatch(named(path)))
    return module in doors_of(path)


def test_imports_go_through_the_doors() -> None:
    assert [
        (named(path), module) for path in FILES for module in imports(path) if not allowed(path, module)
    ] == []


def test_every_door_is_used() -> None:
    used = {(named(path).partition("/")[0], module) for path in FILES for module in imports(path)}
    unused = {
        f"{room} → {door}" for room, doors in DOORS.items() for door in doors if (room, door) not in used
    }
    assert unused <= {"ingest → warehouse.log"}


def test_a_source_imports_no_other_source() -> None:
    sources = sorted((ROOT / "ingest" / "sources").glob("[!_]*.py"))
    assert sources
    assert [
        (named(path), name) for path in sources for name in imports(path) if name.startswith("ingest.sources")
    ] == []


def test_files_are_small() -> None:
    lines = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: count for name, count in lines.items() if count >= LARGEST} == {}


@cache
def libraries() -> set[str]:
    """Top-level names of what the project depends on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
    ]
    wanted = {re.split(r"[^\w-]", one)[0].lower().replace("_", "-") for one in needed} - {
        "cloud-pricing-agent"
    }
    return {
        name
        for name, owners in metadata.packages_distributions().items()
        if wanted & {owner.lower().replace("_", "-") for owner in owners}
    }


def test_libraries_are_known() -> None:
    assert {"duckdb", "prefect", "yaml", "libcloud", "sentence_transformers"} <= libraries()


def test_names_are_nobody_elses_and_say_something() -> None:
    modules = [path for path in FILES if path.stem != "__init__"]
    assert [named(path) for path in modules if path.stem in VAGUE | sys.stdlib_module_names] == []
    # A source is named as its feed.
    own = [path for path in modules if path.parent.name != "sources"]
    assert [named(path) for path in own if path.stem in libraries()] == []


def test_rooms_are_no_librarys_name() -> None:
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        assert spec is not None
        assert [Path(place).parent for place in spec.submodule_search_locations or ()] == [ROOT]


def test_a_package_holds_only_its_sentence() -> None:
    packages = [path for path in FILES if path.name == "__init__.py"]
    assert packages
    assert [
        named(path) for path in packages if len(tree(path).body) != 1 or not ast.get_docstring(tree(path))
    ] == []


def test_the_environment_is_read_in_one_place() -> None:
    reads = {
        (named(path), node.attr)
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os"
    }
    ways = {"environ", "getenv", "putenv", "environb"}
    assert {name for name, attribute in reads if attribute in ways} <= {"flows/environment.py"}
    assert [named(path) for path in FILES if "os.environ" in set(imports(path))] == []


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    # The flows are Prefect's, and are themselves imported late.
    late = [path for path in FILES if not named(path).startswith("flows/")]
    assert [
        (named(path), name)
        for path in late
        for name in top_level_imports(path)
        if name.partition(".")[0] in HEAVY
    ] == []


def loaded_by(code: str, *arguments: str, **environment: str) -> tuple[str, set[str]]:
    """The output of `code` in a fresh process, and the heavy libraries it loaded."""
    report = "\nimport json, sys; sys.stderr.write('\\n' + json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", code + report, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, set(json.loads(done.stderr.splitlines()[-1])) & HEAVY


COMMAND = """
import sys
from agent.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
READ = """
import sys
from pathlib import Path
from warehouse.reader import Reader
with Reader.open(Path(sys.argv[1])) as reader:
    print(reader.query("SELECT count(*) FROM offers").rows[0][0] > 0)
"""


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    out, heavy = loaded_by(COMMAND, "--help", CLOUD_PRICING_STORE=str(tmp_path))
    assert "refresh" in out
    assert heavy == set()


def test_a_reader_loads_nothing_heavy(small_store: Path) -> None:
    assert loaded_by(READ, str(small_store)) == ("True\n", set())


def test_the_sql_command_loads_nothing_heavy(small_store: Path) -> None:
    out, heavy = loaded_by(COMMAND, "sql", "select 42 as x", CLOUD_PRICING_STORE=str(small_store))
    assert "42" in out
    assert heavy == set()


@pytest.mark.parametrize(
    ("question", "price"),
    [
        ("price of p5.48xlarge in us-east-1", "98.32"),
        ("Quanto custa por hora uma m5.xlarge na Virgínia?", "0,192"),
    ],
)
def test_a_structured_question_loads_no_model(small_store: Path, question: str, price: str) -> None:
    out, heavy = loaded_by(COMMAND, "ask", question, CLOUD_PRICING_STORE=str(small_store))
    assert price in out
    assert heavy == set()
