"""`cloud-pricing ask --session`, `chat` and `sessions`."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.agent.cli.conftest import Cli


def test_ask_goes_on_with_a_session_until_it_is_forgotten(change: Cli, store: Path) -> None:
    assert "No conversation is kept" in change("sessions", "list").err
    change("ask", "price of m5.large in us-east-1", "--session", "costs")
    assert "0.192 USD/hour" in change("ask", "and m5.xlarge?", "--session", "costs").out
    assert "USD/hour" not in change("ask", "and m5.xlarge?", "--session", "other").out.splitlines()[0][:20]
    assert {held["name"]: held["turns"] for held in change("sessions", "list", "--json").json()} == {
        "costs": 2,
        "other": 1,
    }
    assert change("sessions", "forget", "costs").out == "Forgot costs.\n"
    assert change("sessions", "forget", "costs").code == 2
    assert (store / "state" / "sessions.db").is_file()


def test_chat_reads_questions_from_a_pipe(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = "price of m5.large in us-east-1\nand m5.xlarge?\n.quit\nprice of r5.4xlarge\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(asked))
    done = run("chat")
    assert done.code == 0
    assert "0.096 USD/hour" in done.out
    assert "0.192 USD/hour" in done.out
    assert "r5.4xlarge costs" not in done.out


def test_a_language_there_is_not(run: Cli) -> None:
    assert "There is no language fr" in run("chat", "--lang", "fr").err
