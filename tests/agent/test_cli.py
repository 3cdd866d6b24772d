"""The command line: what each command says, to people and to programs, and the code it ends with."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from agent import cli
from agent.settings import agent_settings
from warehouse import log, snapshots
from warehouse.settings import settings

SECRET = "sk-test-0123456789"
COMMANDS = (
    ("refresh",), ("ask",), ("offers",), ("sql",), ("sources",), ("quarantine",), ("doctor",),
    *(("snapshots", name) for name in ("list", "show", "diff", "verify", "rollback")),
)  # fmt: skip
P5 = "price of p5.48xlarge in us-east-1"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Done]


def _forget() -> None:
    settings.cache_clear()
    agent_settings.cache_clear()
    logging.raiseExceptions = True
    root = logging.getLogger("cloud_pricing")
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()


@pytest.fixture
def store(small_store: Path, tmp_path: Path) -> Path:
    """A copy of the small store that a test may change, with its data folder beside it."""
    copy = tmp_path / "house"
    shutil.copytree(small_store.parent, copy)
    return copy / "store"


@pytest.fixture
def cli_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Cli]]:
    """Runs `cloud-pricing` on a store in this process."""

    def of(store: Path, **environment: str) -> Cli:
        monkeypatch.setenv("CLOUD_PRICING_STORE", str(store))
        monkeypatch.setenv("OPENAI_API_KEY", SECRET)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

        def run(*arguments: str) -> Done:
            _forget()
            monkeypatch.setattr(sys, "argv", ["cloud-pricing", *arguments])
            code: Any = 0
            try:
                cli.main()
            except SystemExit as end:
                code = end.code
            return Done(code, *capsys.readouterr())

        return run

    yield of
    _forget()


@pytest.fixture
def run(cli_of: Callable[..., Cli], small_store: Path) -> Cli:
    """On the small store, which is only read."""
    return cli_of(small_store, CLOUD_PRICING_DATA=str(small_store.parent / "data"))


@pytest.fixture
def change(cli_of: Callable[..., Cli], store: Path) -> Cli:
    """On the store that may be changed."""
    return cli_of(store, CLOUD_PRICING_DATA=str(store.parent / "data"))


def lines(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


def corrected(store: Path) -> tuple[str, str]:
    """The ids of two snapshots; in the later one a price is another. Made without a refresh."""
    import duckdb

    first = snapshots.load(store)
    later = snapshots.new_id(first.manifest.created_at.replace(year=2099), "f" * 64)
    folder = snapshots.begin(store, later, first)
    shutil.copytree(first.folder / snapshots.CHROMA, folder / snapshots.CHROMA)
    with duckdb.connect(str(folder / snapshots.WAREHOUSE)) as connection:
        connection.execute("UPDATE price_spans SET price = 0.2 WHERE price = 0.192")
    manifest = {**vars(first.manifest), "id": later, "previous": first.id, "files": {}, "seal": ""}
    snapshots.publish(store, folder, snapshots.seal(folder, snapshots.Manifest(**manifest)))
    return first.id, later


# --- what it shows


def test_version_and_help(run: Cli) -> None:
    assert run("--version").out.count(".") == 2
    for command in COMMANDS:
        done = run(*command, "--help")
        assert (done.code, done.err) == (0, "")
        assert f"cloud-pricing {' '.join(command)}" in done.out


def test_offers_come_cheapest_first(run: Cli) -> None:
    done = run("offers", "--limit", "2")
    assert (done.code, done.err) == (0, "2 of 5 offers; --limit shows more.\n")
    header, *rows = lines(done.out)
    assert header[:4] == ["provider", "machine", "region", "usd_hour"]
    assert [row[1:4] for row in rows] == [
        ["m5.large", "us-east-1", "0.096"], ["m5.large", "eu-west-1", "0.107"],
    ]  # fmt: skip
    (dearest,) = run("offers", "--gpu", "H100", "--place", "us-east-2", "--provider", "AWS", "--json").json()
    assert dearest["price_usd_hour"] == 98.32
    assert dearest["price_id"]


def test_own_prices_stand_beside_list_prices(run: Cli) -> None:
    own = {
        (row["instance_type"], row["region"], row["price_usd_hour"])
        for row in run("offers", "--own", "--json").json()
    }
    listed = {row["price_usd_hour"] for row in run("offers", "--json").json()}
    assert own == {
        ("m5.large", "us-east-1", 0.08), ("m5.large", "us-east-1", 0.0864),
        ("m5.large", "eu-west-1", 0.0963), ("m5.xlarge", "us-east-1", 0.1728),
    }  # fmt: skip
    assert listed == {0.096, 0.107, 0.192, 98.32}


def test_no_offer_is_said(run: Cli) -> None:
    assert run("offers", "--min-vcpus", "999") == Done(0, "", "No offer meets these conditions.\n")
    assert run("offers", "--min-vcpus", "999", "--json").json() == []


@pytest.mark.parametrize(
    ("arguments", "language", "price"),
    [
        (("price of m5.large in us-east-1",), "en", "0.096"),
        (("preço da m5.large na Virgínia",), "pt", "0,096"),
        (("price of m5.large in us-east-1", "--lang", "pt"), "pt", "0,096"),
        (("preço da m5.large na Virgínia", "--lang", "en"), "en", "0.096"),
    ],
)
def test_answers_speak_the_language_asked_for(
    run: Cli, arguments: tuple[str, ...], language: str, price: str
) -> None:
    answered = run("ask", *arguments, "--json").json()
    assert answered["language"] == language
    assert price in answered["text"]
    assert answered["citations"][0]["price_id"]


def test_an_answer_is_cited(run: Cli) -> None:
    done = run("ask", P5)
    assert (done.code, done.err) == (0, "")
    assert "98.32 USD/hour" in done.out
    assert "[1] aws p5.48xlarge us-east-1 linux shared on_demand, libcloud, data of 2026-11-01" in done.out


def test_sql_in_three_formats(run: Cli, tmp_path: Path) -> None:
    select = "SELECT region, count(*) AS offers FROM offers GROUP BY 1 ORDER BY 1"
    table = [["region", "offers"], ["eu-west-1", "2"], ["us-east-1", "6"], ["us-east-2", "1"]]
    assert lines(run("sql", select).out) == table
    assert [line.split(",") for line in run("sql", select, "--format", "csv").out.splitlines()] == table
    assert run("sql", select, "--json").json()[0] == {"region": "eu-west-1", "offers": 2}
    (tmp_path / "query.sql").write_text(select, encoding="utf-8")
    assert lines(run("sql", "--file", str(tmp_path / "query.sql")).out) == table
    cut = run("sql", select, "--limit", "1", "--format", "json")
    assert len(cut.json()) == 1
    assert cut.err.startswith("Cut at 1 rows")


def test_sources_tell_their_state(run: Cli) -> None:
    states = {row["source"]: row for row in run("sources", "--json").json()}
    assert set(states) == {"libcloud", "genai_prices", "price_file"}
    assert states["libcloud"]["prices"] == 5
    assert all(row["licence"] and row["state"] in ("fresh", "stale") for row in states.values())
    assert lines(run("sources").out)[0][0] == "source"


def test_the_quarantine_tells_reasons_and_rows(run: Cli) -> None:
    (reason,) = run("quarantine", "--json").json()
    assert (reason["reason"], reason["rows"]) == ("zero_price", 1)
    (row,) = run("quarantine", "--reason", "zero_price", "--machine", "m5.large", "--json").json()
    assert (row["region"], row["price"]) == ("sa-east-1", 0)
    assert "zero_price" in run("quarantine", "--region", "sa-east-1").out
    assert run("quarantine", "--source", "libcloud", "--json").json() == []


def test_snapshots_are_listed_and_shown(run: Cli) -> None:
    (one,) = run("snapshots", "list", "--json").json()
    assert (one["in_force"], one["prices"], one["damaged"]) == (True, 11, None)
    shown = run("snapshots", "show", one["snapshot"][:8], "--json").json()
    assert shown["id"] == one["snapshot"]
    assert len(shown["verdicts"]) == one["batches"]
    text = run("snapshots", "show").out
    assert one["snapshot"] in text
    assert "accepted_with_quarantine" in text
    assert run("snapshots", "verify", "--json").json()["wrong"] == []


def test_a_changed_price_is_shown(change: Cli, store: Path) -> None:
    older, newer = corrected(store)
    found = change("snapshots", "diff", older, newer, "--json").json()
    assert {"what": "prices", "added": 0, "gone": 0, "changed": 1} in found["counts"]
    (price,) = found["price_changes"]
    assert (price["item"], price["old_price"], price["new_price"]) == ("m5.xlarge", 0.192, 0.2)
    assert lines(change("snapshots", "diff", older).out)[-1] == [
        "m5.xlarge", "linux", "us-east-1", "on_demand", "0.192", "0.2", "USD/hour", "+4.17%",
    ]  # fmt: skip
    assert change("snapshots", "diff", newer, newer, "--json").json()["price_changes"] == []


# --- what goes wrong


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
        ("CLOUD_PRICING_LOG_LEVEL", "loud"),
        ("CLOUD_PRICING_LANGUAGE", "fr"),
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
    assert {row["state"] for row in nothing("sources", "--json").json()} == {"not yet"}
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
    assert SECRET not in logged


def test_a_query_that_takes_too_long_is_cut(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICING_QUERY_TIMEOUT", "0.2")
    done = run("sql", "select count(*) from range(100000000) a, range(100000) b")
    assert (done.code, done.out, done.err.count("\n")) == (6, "", 1)
    assert "0.2 seconds" in done.err


def test_a_store_that_cannot_be_written_to_is_read(change: Cli, store: Path) -> None:
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
def damaged(change: Cli, store: Path) -> Path:
    """The warehouse of the snapshot in force, cut short; another snapshot is before it."""
    corrected(store)
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
    assert in_force in change("snapshots", "rollback", in_force).out


def test_an_unreadable_manifest_hides_no_other_snapshot(change: Cli, store: Path, damaged: Path) -> None:
    (damaged.parent / "manifest.json").write_text("{", encoding="utf-8")
    done = change("snapshots", "list")
    assert (done.code, len(lines(done.out))) == (0, 3)
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
    run = cli_of(store, CLOUD_PRICING_LOG_LEVEL="DEBUG", CLOUD_PRICING_MODEL=f"nobody:{SECRET[:4]}")
    said = [run(*arguments) for arguments in (("doctor",), ("ask", P5), ("ask", P5, "--debug"))]
    monkeypatch.setenv("CLOUD_PRICING_MODEL", "rules")
    said += [run("ask", P5), run("sources"), run("snapshots", "show")]
    log.configure(store / "elsewhere")
    logged = "".join(path.read_text(encoding="utf-8") for path in (store / "logs").iterdir())
    assert "answered" in logged
    assert SECRET not in logged
    assert all(SECRET not in done.out + done.err for done in said)
