"""The documents say what is: their commands, sources, links and templates are checked."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from agent.cli import app
from ingest import registry
from warehouse.batch_expectations import ANCHOR_RULES, batch_rules
from warehouse.expectations import VOCABULARY, machine_rules, price_rules
from warehouse.fact_expectations import FACTS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.pt-BR.md")
PAGES = (*READMES, *sorted(DOCS.rglob("*.md")))
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def fences(page: Path, language: str = "") -> list[str]:
    """The fenced blocks of one language, without their fences."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"^```(\S*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [body for kind, body in found if kind == language]


# --- commands


def offered(command: Any) -> set[str]:
    """The options of a command."""
    return {name for one in command.params if one.param_type_name == "option" for name in one.opts}


@cache
def commands() -> Any:
    return typer.main.get_command(app)


@every_page
def test_commands_in_examples_exist(page: Path) -> None:
    for words in _examples(page):
        _check_command(page, words)


def _check_command(page: Path, words: list[str]) -> None:
    command = commands()
    while hasattr(command, "commands"):
        name = words.pop(0) if words else "--help"
        if name in offered(command):
            return
        assert name in command.commands, f"{page.name}: there is no command {name}"
        command = command.commands[name]
    used = {word.partition("=")[0] for word in words if re.match(r"--\w", word)}
    assert used <= offered(command), f"{page.name}: {command.name} has no {used - offered(command)}"


def _examples(page: Path) -> Iterator[list[str]]:
    """The words after `cloud-pricing` in every console or sh block and every span of code."""
    blocks = "\n".join((*fences(page, "console"), *fences(page, "sh"))).replace("\\\n", " ")
    lines = [line.removeprefix("$ ").strip() for line in blocks.splitlines()]
    lines += re.findall(r"`(cloud-pricing [^`]+)`", page.read_text(encoding="utf-8"))
    for line in lines:
        if line.startswith("cloud-pricing "):
            yield shlex.split(line)[1:]


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
    for path in (ROOT / "data" / "reference").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = sum(1 for _ in csv.DictReader(stream))
        assert f"| `{path.name}` | {rows:,} |" in text, f"{path.name} has {rows:,} rows"
    guides = [path.name for path in (ROOT / "data" / "knowledge" / "en").glob("*.md")]
    assert not [name for name in guides if f"| `{name}` |" not in text]


def test_every_reason_of_the_gate_is_documented() -> None:
    suites = ("compute_prices", "token_prices", "other_prices")
    rules = [rule for suite in suites for rule in price_rules(suite)]
    rules += [*machine_rules(["H100"]), *batch_rules(max_age_days=None), *ANCHOR_RULES]
    rules += [rule for rules_of in FACTS.values() for rule in rules_of()]
    reasons = {rule.reason for rule in rules} | {
        f"unknown_{kind}" for kind in (*VOCABULARY, "currency", "region")
    }
    text = (DOCS / "quality.md").read_text(encoding="utf-8")
    assert not {reason for reason in reasons if f"`{reason}`" not in text}


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
    tests = [
        "tests/ingest/test_registry.py",
        "tests/ingest/test_sources.py",
        "tests/ingest/sources/test_acme.py",
    ]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", "acme or registry"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "acme" in lines or "acme" in line


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
