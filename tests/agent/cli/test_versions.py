"""An earlier snapshot asked by its id or by a time, and what two snapshots differ in."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent import terminal
from warehouse import snapshots
from warehouse.snapshots import Snapshot

Cli = Callable[..., Any]
M5 = "price of m5.xlarge in us-east-1"
PT = "quanto custa a m5.xlarge na Virgínia?"
SPOT = "when is spot worth it?"


@pytest.fixture
def published(corrected: tuple[str, str], store: Path) -> tuple[Snapshot, Snapshot]:
    """The earlier snapshot, and the one in force, in which m5.xlarge is dearer."""
    older, newer = corrected
    return snapshots.load(store, older), snapshots.load(store, newer)


def day_of(snapshot: Snapshot) -> str:
    return f"{snapshot.manifest.created_at:%Y-%m-%d}"


def test_the_snapshot_in_force_needs_no_word(change: Cli, published: tuple[Snapshot, Snapshot]) -> None:
    answered = change("ask", M5, "--json").json()
    assert "0.20 USD" in answered["text"]
    assert [one for one in answered["caveats"] if "in force" in one] == []
    assert change("ask", M5, "--as-of", "2100-01-01", "--json").json()["caveats"] == answered["caveats"]


@pytest.mark.parametrize("how", ["--snapshot", "--as-of"])
def test_an_earlier_snapshot_answers_with_its_prices_and_says_so(
    change: Cli, published: tuple[Snapshot, Snapshot], how: str
) -> None:
    older, _ = published
    chosen = older.id if how == "--snapshot" else day_of(older)
    created = older.manifest.created_at
    answered = change("ask", M5, how, chosen, "--json").json()
    assert (answered["snapshot"], answered["rows"][0]["price_hour"]) == (older.id, "0.192")
    assert (
        f"Answered from snapshot {older.id}, published on {created:%Y-%m-%d} at {created:%H:%M} UTC; "
        "it is not the one in force." in answered["caveats"]
    )
    said = change("ask", PT, how, chosen).out
    assert "0,192 USD" in said
    assert (
        f"Atenção: Respondido pelo snapshot {older.id}, publicado em {created:%d/%m/%Y} às {created:%H:%M} UTC; "
        "não é o que está em vigor." in said
    )


def test_other_commands_read_the_snapshot_of_a_time(
    change: Cli, published: tuple[Snapshot, Snapshot]
) -> None:
    older, newer = published
    then = ("--as-of", day_of(older))
    for arguments in (
        ("offers", "--machine", "m5.xlarge"),
        (
            "sql",
            "select price_usd_hour from offers where instance_type = 'm5.xlarge' and price_type = 'list'",
        ),
    ):
        (before,) = change(*arguments, *then, "--json").json()
        (now,) = change(*arguments, "--json").json()
        assert (before["price_usd_hour"], now["price_usd_hour"]) == (0.192, 0.2)
        assert older.id in change(*arguments, *then).err
        assert "in force" not in change(*arguments, "--as-of", "2100-01-01").err
    assert older.id in change("quarantine", *then).err
    assert change("quarantine", *then, "--json").json() == change("quarantine", "--json").json()
    assert newer.id != older.id


def test_a_time_before_every_snapshot_names_the_oldest(
    change: Cli, published: tuple[Snapshot, Snapshot]
) -> None:
    older, _ = published
    for command in (("ask", M5), ("sql", "select 1"), ("offers",), ("quarantine",)):
        done = change(*command, "--as-of", "2020-01-31")
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert "by 2020-01-31 23:59 UTC" in done.err
        assert older.id in done.err
        assert "backup restore --at" in done.err


def test_both_ways_of_choosing_at_once_are_an_error(change: Cli) -> None:
    for command in (("ask", M5), ("sql", "select 1"), ("offers",), ("quarantine",)):
        done = change(*command, "--as-of", "2026-11-01", "--snapshot", "2026")
        assert (done.code, done.out) == (2, "")
        assert done.err == "error: --snapshot and --as-of both choose a snapshot. Give one of them.\n"


@pytest.mark.parametrize("written", ["yesterday", "2026-13-01", "", "0001-01-01T00:00+14:00"])
def test_a_time_that_cannot_be_read(change: Cli, written: str) -> None:
    done = change("sql", "select 1", "--as-of", written)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "2026-11-01T12:00" in done.err


def test_a_time_may_have_hours_and_an_offset(change: Cli, published: tuple[Snapshot, Snapshot]) -> None:
    older, _ = published
    created = older.manifest.created_at
    for written in (
        f"{created:%Y-%m-%dT%H:%M:%S}", f"{created:%Y-%m-%d %H:%M:%S}", f"{created:%Y-%m-%dT%H:%M:%S}Z",
        created.replace(microsecond=0).isoformat(),
    ):  # fmt: skip
        assert older.id in change("sql", "select 1", "--as-of", written).err, written


def test_a_script_turns_to_another_snapshot(
    change: Cli, published: tuple[Snapshot, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = published
    price = "select price_hour from offers where instance_type = 'm5.xlarge' and price_type = 'list';\n"
    script = (
        f".snapshot {older.id}\n{price}.snapshot {day_of(newer)[:4]}-12-31\n{price}.snapshot {newer.id}\n"
    )
    monkeypatch.setattr("sys.stdin", io.StringIO(script))
    done = change("sql")
    assert done.code == 0, done.err
    prices = [line for line in done.out.splitlines() if line.startswith("0.")]
    assert prices == ["0.192", "0.2"]
    assert done.out.count("not the one in force") == 1


# --- what changed


def test_a_changed_price_is_shown(change: Cli, corrected: tuple[str, str]) -> None:
    older, newer = corrected
    found = change("snapshots", "diff", older, newer, "--json").json()
    assert {"what": "prices", "added": 0, "gone": 0, "changed": 1} in found["counts"]
    (price,) = found["price_changes"]
    assert (price["item"], price["old_price"], price["new_price"]) == ("m5.xlarge", 0.192, 0.2)
    assert change("snapshots", "diff", older).out.splitlines()[-2:] == [
        "price\tregion\told\tnew\tchange", "aws m5.xlarge linux on_demand\tus-east-1\t0.192\t0.2\t+4.17%",
    ]  # fmt: skip
    assert not any(
        rows
        for name, rows in change("snapshots", "diff", newer, newer, "--json").json().items()
        if name != "counts"
    )


def test_a_pointer_to_nothing_is_one_line_and_hides_no_snapshot(
    change: Cli, store: Path, corrected: tuple[str, str]
) -> None:
    older, newer = corrected
    (store / "CURRENT").write_bytes(b"")
    for command in (("ask", M5), ("offers",), ("sql", "select 1"), ("snapshots", "rollback")):
        done = change(*command)
        assert (done.code, done.out, done.err.count("\n")) == (4, "", 1), command
        assert (
            f"CURRENT names no snapshot: it is empty. `cloud-pricing snapshots rollback {newer}`" in done.err
        )
    listed = change("snapshots", "list", "--json")
    assert [(one["snapshot"], one["in_force"]) for one in listed.json()] == [(older, False), (newer, False)]
    assert "names no snapshot" in listed.err
    assert change("doctor").code == 1
    assert change("snapshots", "rollback", newer).code == 0
    assert change("ask", M5).code == 0


def test_rollback_refuses_what_is_damaged(change: Cli, published: tuple[Snapshot, Snapshot]) -> None:
    older, newer = published
    shutil.rmtree(older.folder / snapshots.CHROMA)
    done = change("snapshots", "rollback")
    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    assert f"Snapshot {older.id} is damaged (chroma/" in done.err
    assert change("snapshots", "show", "--json").json()["id"] == newer.id
    assert change("snapshots", "rollback", "--force", "--json").json() == {"snapshot": older.id}


def test_a_difference_fits_a_terminal(
    change: Cli, corrected: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setattr(terminal.out, "width", 80)
    shown = change("snapshots", "diff", corrected[0]).out
    assert "m5.xlarge" in shown
    assert "row 1" not in shown
    assert "\t" not in shown, "that is what is written where there is no terminal"
    assert max(map(len, shown.splitlines())) <= 80
