"""The life of an API key, as the process that makes it and a running server see it."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.serving.keys import Keys
from warehouse.errors import InvalidInput, Permanent, UnknownName
from warehouse.masking import masked


def test_a_key_lets_in_until_it_is_revoked(tmp_path: Path) -> None:
    running, command = Keys(tmp_path), Keys(tmp_path)
    assert running.of("cpk_" + "0" * 64) is None
    assert not running.usable()
    secret = command.create("ana", ("ask", "sql"))
    found = running.of(secret)
    assert found is not None
    assert (found.name, found.scopes, running.usable()) == ("ana", ("ask", "sql"), True)
    assert running.of(secret[:-1]) is None
    command.revoke("ana")
    assert running.of(secret) is None


def test_an_expired_key_lets_nobody_in(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    secret = keys.create("gone", ("ask",), datetime.now(UTC) - timedelta(seconds=1))
    assert (keys.of(secret), keys.usable(), keys.all()[0].expired) == (None, False, True)
    assert keys.of(keys.create("stays", ("ask",), datetime.now(UTC) + timedelta(hours=1)))


def test_what_is_kept_is_for_its_owner_and_lets_nobody_in(tmp_path: Path) -> None:
    secret = Keys(tmp_path).create("ana", ("ask",))
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(secret[4:] not in path.read_text(encoding="utf-8") for path in kept)
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept if path.suffix == ".json"} == {0o600}
    assert masked(f"it is {secret}.") == "it is [secret]."


def test_keys_made_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: Keys(tmp_path).create(f"key{n}", ("ask",)), range(16)))
    assert all(Keys(tmp_path).of(secret) for secret in made)


def test_what_cannot_be(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.create("ana", ("ask",))
    with pytest.raises(InvalidInput, match="already"):
        keys.create("ana", ("sql",))
    with pytest.raises(InvalidInput, match="no name"):
        keys.create("ana@example.com", ("ask",))
    with pytest.raises(UnknownName, match="no key bob"):
        keys.revoke("bob")
    (tmp_path / "state" / "keys.json").write_text("[{}]", encoding="utf-8")
    with pytest.raises(Permanent, match="list of keys"):
        keys.of("cpk_")
