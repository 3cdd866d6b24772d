"""What goes wrong: one line that says what to do, and the code a command ends with."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from warehouse import log, snapshots

Cli = Callable[..., Any]
API_KEY = "sk-test-0123456789"
P5 = "price of p5.48xlarge in us-east-1"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("bogus",), "bogus"),
        (("offers", "--bogus"), "--bogus"),
        (("offers", "--limit", "0"), "--limit"),
        (("offers", "--min-gpus", "-1"), "--min-gpus"),
        (("offers", "--min-vcpus", "many"), "--min-vcpus"),
        (("offers", "--tenancy", "none"), "--tenancy"),
        (("offers", "--purchase-option", "none"), "--purchase-option"),
        (("offers", "--os", "beos"), "beos"),
        (("offers", "--provider", "none"), "none"),
        (("offers", "--machine", "m99.huge"), "m99.huge"),
        (("offers", "--gpu", "voodoo2"), "voodoo2"),
        (("offers", "--place", "Atlantis"), "Atlantis"),
        (("ask",), "question"),
        (("ask", P5, "--lang", "fr"), "fr"),
        (("ask", P5, "--snapshot", "nope"), "nope"),
        (("ask", "\udcff"), "UTF-8"),
        (("sql",), "--file"),
        (("sql", "select 1", "--format", "xml"), "xml"),
        (("sql", "select 1", "--file", "x"), "one of them"),
        (("sql", "--file", "/nowhere.sql"), "/nowhere.sql"),
        (("sql", "\udcff"), "UTF-8"),
        (("sql", "select nothing from offers"), "nothing"),
        (("sql", "selec"), "selec"),
        (("sql", "COPY prices TO '/tmp/x.csv'"), "COPY"),
        (("sql", "ATTACH '/tmp/x.db'"), "ATTACH"),
        (("sql", "select * from read_text('/etc/passwd')"), "read_text"),
        (("sql", "select 1; select 2"), "2 statements"),
        (("quarantine", "--source", "nope"), "nope"),
        (("quarantine", "--limit", "0"), "--limit"),
        (("refresh", "--sources", "libcloud,nope"), "nope"),
        (("refresh", "--sources", "price_file"), "--price-file"),
        (("refresh", "--sources", "libcloud", "--price-file", "x.csv"), "--sources"),
        (("refresh", "--schedule", "yearly"), "yearly"),
        (("refresh", "--replay", "yesterday"), "yesterday"),
        (("snapshots", "show", "nope"), "nope"),
        (("snapshots", "diff", "nope"), "nope"),
        (("snapshots", "rollback"), "before"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_one_line(run: Cli, arguments: tuple[str, ...], named: str) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert named in done.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLOUD_PRICING_THREADS", "many"),
        ("CLOUD_PRICING_MEMORY_LIMIT", "much"),
        ("CLOUD_PRICING_MEMORY_LIMIT", "-3GB"),
        ("CLOUD_PRICING_MEMORY_LIMIT", "1KB"),
        ("CLOUD_PRICING_LOG_LEVEL", "loud"),
        ("CLOUD_PRICING_LANGUAGE", "fr"),
        ("CLOUD_PRICING_OFF", "llm"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    run: Cli, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    done = run("ask", P5)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert name in done.err


@pytest.mark.parametrize(
    "arguments",
    [("ask", P5), ("offers",), ("sql", "select 1"), ("quarantine",), *(("snapshots", name) for name in ("show", "verify", "rollback")), ("snapshots", "diff", "a")],
    ids=" ".join,
)  # fmt: skip
def test_without_a_snapshot_the_next_step_is_named(
    cli_of: Callable[..., Cli], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = cli_of(tmp_path / "nothing")(*arguments)
    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
    assert "Run `cloud-pricing refresh`" in done.err


def test_without_a_snapshot_sources_and_lists_are_empty(cli_of: Callable[..., Cli], tmp_path: Path) -> None:
    nothing = cli_of(tmp_path / "nothing")
    assert {row["state"] for row in nothing("sources", "--json").json()} == {"not yet", "not set up"}
    assert nothing("snapshots", "list", "--json").json() == []
    assert "cloud-pricing refresh" in nothing("snapshots", "list").err


def test_debug_shows_a_traceback_before_and_after_the_command(run: Cli) -> None:
    for arguments in (("--debug", "sql", "selec"), ("sql", "selec", "--debug")):
        done = run(*arguments)
        assert done.code == 2
        assert done.err.startswith("Traceback")
    assert run("ask", "--", "--debug").code == 0  # a question, if a strange one


def test_a_defect_is_one_line_and_logged(
    cli_of: Callable[..., Cli], store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An output that fails stands for all that nobody foresaw."""

    class Broken:
        encoding, errors = "utf-8", "strict"

        def write(self, text: str) -> int:
            raise ZeroDivisionError("division by zero")

    run = cli_of(store)
    monkeypatch.setattr(sys, "stdout", Broken())
    done = run("sql", "select 1", "--json")
    assert (done.code, done.err.count("\n")) == (70, 1)
    assert done.err.startswith("error: ZeroDivisionError division by zero. This is a defect")
    logged = (store / "logs" / "cloud-pricing.jsonl").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in logged
    assert API_KEY not in logged


def test_a_query_that_takes_too_long_is_cut(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICING_QUERY_TIMEOUT", "0.2")
    done = run("sql", "select count(*) from range(100000000) a, range(100000) b")
    assert (done.code, done.out, done.err.count("\n")) == (6, "", 1)
    assert "0.2 seconds" in done.err


def test_a_store_that_cannot_be_written_to_is_read(change: Cli, store: Path) -> None:
    shutil.rmtree(store / "logs", ignore_errors=True)
    (store / "logs").write_text("not a folder", encoding="utf-8")
    assert change("ask", P5).code == 0
    (store / "logs").unlink()
    (store / "logs" / "cloud-pricing.jsonl").mkdir(parents=True)
    done = change("ask", P5)
    assert (done.code, done.err) == (0, "")


def test_a_store_that_cannot_be_made_is_an_error_of_the_disk(
    cli_of: Callable[..., Cli], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = cli_of(tmp_path / "file" / "store")("snapshots", "rollback")
    assert (done.code, done.out, done.err.count("\n")) == (74, "", 1)
    assert str(tmp_path / "file") in done.err


# --- damage, and going back


@pytest.fixture
def damaged(corrected: tuple[str, str], store: Path) -> Path:
    """The warehouse of the snapshot in force, cut short; another snapshot is before it."""
    warehouse = snapshots.load(store).warehouse
    warehouse.write_bytes(warehouse.read_bytes()[:5000])
    return warehouse


def test_damage_is_found_and_named(change: Cli, damaged: Path) -> None:
    done = change("snapshots", "verify")
    assert done.code == 4
    assert "warehouse.duckdb: changed since it was published" in done.out
    found = change("snapshots", "verify", "--json")
    assert (found.code, found.json()["wrong"]) == (4, ["warehouse.duckdb: changed since it was published"])
    for command in (
        ("sql", "select 1"),
        ("ask", P5),
        ("offers",),
        ("sources",),
        ("snapshots", "diff", damaged.parent.name),
    ):
        done = change(*command)
        assert (done.code, done.err.count("\n")) == (4, 1), command
        assert "cloud-pricing snapshots" in done.err


def test_rollback_goes_back_from_damage(change: Cli, store: Path, damaged: Path) -> None:
    (before, in_force) = snapshots.published(store)
    assert snapshots.current_id(store) == in_force == damaged.parent.name
    assert change("snapshots", "rollback", "--json").json() == {"snapshot": before}
    assert change("snapshots", "verify").code == 0
    assert "98.32" in change("ask", P5).out
    assert change("snapshots", "rollback").code == 2
    assert "--force" in change("snapshots", "rollback", in_force).err
    assert in_force in change("snapshots", "rollback", in_force, "--force").out


def test_an_unreadable_manifest_hides_no_other_snapshot(change: Cli, store: Path, damaged: Path) -> None:
    (damaged.parent / "manifest.json").write_text("{", encoding="utf-8")
    done = change("snapshots", "list")
    assert (done.code, done.out.count("\n")) == (0, 3)
    assert damaged.parent.name in done.err
    assert [bool(one["damaged"]) for one in change("snapshots", "list", "--json").json()] == [False, True]
    assert change("snapshots", "show").code == 4
    assert change("snapshots", "rollback").code == 0


def test_a_busy_store_is_worth_another_try(change: Cli, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICING_LOCK_TIMEOUT", "0.1")
    with FileLock(store / ".publish.lock"):
        done = change("snapshots", "rollback")
    assert (done.code, done.out, done.err.count("\n")) == (75, "", 1)


# --- secrets


def test_no_secret_is_shown_or_logged(
    cli_of: Callable[..., Cli], store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = cli_of(store, CLOUD_PRICING_LOG_LEVEL="DEBUG", CLOUD_PRICING_MODEL=f"nobody:{API_KEY[:4]}")
    said = [run(*arguments) for arguments in (("doctor",), ("ask", P5), ("ask", P5, "--debug"))]
    monkeypatch.setenv("CLOUD_PRICING_MODEL", "rules")
    said += [run("ask", P5), run("sources"), run("snapshots", "show")]
    log.configure(store / "elsewhere")
    logged = "".join(path.read_text(encoding="utf-8") for path in (store / "logs").iterdir())
    assert "answered" in logged
    assert API_KEY not in logged
    assert all(API_KEY not in done.out + done.err for done in said)
