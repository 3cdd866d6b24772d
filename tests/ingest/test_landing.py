import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.landing import Landing, slug
from ingest.source import Fetched
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

SCOPE = Scope("aws", "AmazonEC2")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def fetched(content: bytes, name: str = "list.json") -> Fetched:
    return Fetched(name, f"https://example.com/{name}", [content[:3], content[3:]])


def test_a_payload_comes_back_as_it_came(landing: Landing) -> None:
    payload = landing.keep("libcloud", SCOPE, fetched(b"some bytes"), NOON)
    assert payload.read() == b"some bytes"
    assert (payload.record.size, payload.record.name) == (10, "list.json")
    assert landing.payload(payload.record.sha256) == payload.path
    assert payload.path.parent.name == payload.record.sha256[:2]


def test_the_same_bytes_are_written_once(landing: Landing) -> None:
    first = landing.keep("libcloud", SCOPE, fetched(b"some bytes"), NOON)
    written = first.path.stat()
    second = landing.keep("other", Scope(), fetched(b"some bytes", "copy"), NOON + timedelta(days=1))
    assert second.path == first.path
    assert (second.path.stat().st_mtime_ns, second.path.stat().st_ino) == (
        written.st_mtime_ns,
        written.st_ino,
    )
    assert len([path for path in first.path.parent.parent.rglob("*") if path.is_file()]) == 1


def test_a_fetch_that_breaks_off_leaves_nothing(landing: Landing, tmp_path: Path) -> None:
    def broken() -> object:
        yield b"half"
        raise PayloadInvalid("the connection broke")

    with pytest.raises(PayloadInvalid):
        landing.keep("libcloud", SCOPE, Fetched("x", "y", broken()), NOON)
    assert not [path for path in (tmp_path / "store").rglob("*") if path.is_file()]


def test_leftovers_of_a_killed_run_are_removed_and_of_a_living_one_kept(tmp_path: Path) -> None:
    folder = tmp_path / "store" / "payloads"
    folder.mkdir(parents=True)
    dead, alive = folder / ".aside-99999999-x", folder / f".aside-{os.getpid()}-x"
    dead.write_bytes(b"half")
    alive.write_bytes(b"half")
    Landing(tmp_path / "store")
    assert not dead.exists()
    assert alive.exists()
    os.utime(alive, (0, 0))
    Landing(tmp_path / "store")
    assert not alive.exists()


@pytest.mark.parametrize("damage", [b"", b"not zstd at all"])
def test_a_damaged_payload_is_found_and_named(landing: Landing, damage: bytes) -> None:
    payload = landing.keep("libcloud", SCOPE, fetched(b"some bytes"), NOON)
    payload.path.write_bytes(damage)
    with pytest.raises(PayloadInvalid, match=payload.path.name):
        landing.payload(payload.record.sha256)


def test_a_payload_with_other_bytes_is_found(landing: Landing) -> None:
    one = landing.keep("libcloud", SCOPE, fetched(b"some bytes"), NOON)
    other = landing.keep("libcloud", SCOPE, fetched(b"other bytes"), NOON)
    one.path.write_bytes(other.path.read_bytes())
    with pytest.raises(PayloadInvalid, match="another hash"):
        landing.payload(one.record.sha256)


def test_a_missing_payload_is_named(landing: Landing) -> None:
    with pytest.raises(PayloadInvalid, match="missing"):
        landing.payload("0" * 64)


def test_replay_gives_every_fetch_up_to_a_time_but_those_that_brought_nothing_new(landing: Landing) -> None:
    azure = Scope("azure", "Virtual Machines")
    for day, content in enumerate((b"first", b"second", b"second", b"first", b"too late")):
        when = NOON + timedelta(days=day)
        landing.record("libcloud", SCOPE, [landing.keep("libcloud", SCOPE, fetched(content), when)], when)
    landing.record("libcloud", azure, [landing.keep("libcloud", azure, fetched(b"azure"), NOON)], NOON)
    landing.record("other", Scope(), [landing.keep("other", Scope(), fetched(b"other"), NOON)], NOON)

    seen: dict[tuple[str, Scope], list[bytes]] = {}
    for source, scope, payloads in landing.replay(NOON + timedelta(days=3, hours=1)):
        seen.setdefault((source, scope), []).extend(payload.read() for payload in payloads)
    assert seen == {
        ("libcloud", SCOPE): [b"first", b"second", b"first"],
        ("libcloud", azure): [b"azure"],
        ("other", Scope()): [b"other"],
    }
    assert [source for source, _, _ in landing.replay(NOON, source="other")] == ["other"]
    assert list(landing.replay(NOON - timedelta(seconds=1))) == []


def test_replay_refuses_a_damaged_payload(landing: Landing) -> None:
    payload = landing.keep("libcloud", SCOPE, fetched(b"some bytes"), NOON)
    landing.record("libcloud", SCOPE, [payload], NOON)
    payload.path.write_bytes(b"")
    with pytest.raises(PayloadInvalid, match=payload.path.name):
        list(landing.replay(NOON))


def test_scopes_that_read_alike_have_folders_of_their_own() -> None:
    scopes = [
        Scope(),
        Scope("all"),
        Scope("a", "b"),
        Scope("a/b"),
        Scope("a", regions=("b",)),
        Scope("A", "B"),
    ]
    assert len({slug(scope) for scope in scopes}) == len(scopes)
    assert all(slug(scope).replace("-", "").isalnum() for scope in scopes)
