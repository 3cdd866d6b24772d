"""`cloud-pricing keys`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.serving.keys import Keys
from tests.agent.cli.conftest import Cli


def test_the_command_line_shows_a_key_once(cli_of: Callable[..., Cli], tmp_path: Path) -> None:
    run = cli_of(tmp_path)
    made = run("keys", "create", "ana", "--scope", "sql", "--scope", "ask", "--expires", "90d")
    secret = made.out.strip()
    found = Keys(tmp_path).of(secret)
    assert found is not None
    assert found.scopes == ("ask", "sql")
    assert found.expires_at is not None
    assert timedelta(days=89) < found.expires_at - datetime.now(UTC) <= timedelta(days=90)
    listed = run("keys", "list", "--json")
    assert [(row["name"], row["state"]) for row in listed.json()] == [("ana", "usable")]
    log = (tmp_path / "logs" / "cloud-pricing.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["key"] for line in log.splitlines()] == ["ana"]
    assert all(secret not in text for text in (listed.out, listed.err, made.err, log))
    assert run("keys", "revoke", "ana").code == 0
    assert "keys create" in run("keys", "list").err


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(("--scope", "root"), "ask, sql, admin"), (("--expires", "soon"), "90d"), (("--expires", "0d"), "90d")],
)
def test_the_command_line_says_what_a_key_can_be(
    cli_of: Callable[..., Cli], tmp_path: Path, wrong: tuple[str, str], said: str
) -> None:
    done = cli_of(tmp_path)("keys", "create", "ana", *wrong)
    assert done.code == 2
    assert said in done.err


def test_a_server_that_is_reached_from_elsewhere_needs_a_key(
    cli_of: Callable[..., Cli], tmp_path: Path
) -> None:
    done = cli_of(tmp_path)("serve", "--host", "0.0.0.0")  # noqa: S104 - it does not come to that
    assert done.code == 2
    assert "keys create" in done.err
