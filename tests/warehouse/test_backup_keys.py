"""Encrypted backups: only the key opens them, and it is seen nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.warehouse.backup_stores import contents, limits_of, published, surroundings
from warehouse import backups, log
from warehouse.encryption import Cipher
from warehouse.errors import CloudPricingError, InvalidInput, MissingRequirement
from warehouse.settings import Settings, settings

KEY = "correct horse battery staple"


@pytest.fixture
def limits(tmp_path: Path) -> Settings:
    made = limits_of(tmp_path, backup_key=KEY)
    published(made.store, 0, noise=1)
    surroundings(made.store)
    return made


def with_key(limits: Settings, **keys: object) -> Settings:
    return limits_of(limits.store.parent, **keys)


def test_nothing_of_the_store_can_be_read_without_the_key(limits: Settings) -> None:
    record = backups.create(limits).record
    stored = contents(Path(limits.backup_url))
    for word in (
        b"contents of",
        b"staging",
        b"warehouse.duckdb",
        b"<p>good",
        record.snapshot.encode(),
        KEY.encode(),
    ):
        assert not [name for name, content in stored.items() if word in content], word
    sums = {file.sha256 for file in record.files}
    assert not sums & {Path(name).name for name in stored}


def test_the_same_contents_are_stored_once_and_never_alike(limits: Settings) -> None:
    backups.create(limits)
    assert backups.create(limits).record.stored_bytes == 0
    cipher = Cipher.derived(b"secret", b"0" * 16)
    assert cipher.encrypt(b"same", "x") != cipher.encrypt(b"same", "x")
    assert cipher.decrypt(cipher.encrypt(b"same", "x"), "x") == b"same"
    assert cipher.decrypt(cipher.encrypt(b"same", "x"), "y") is None
    assert cipher.decrypt(b"", "x") is None


def test_the_key_may_be_in_a_file_that_ends_with_a_line(limits: Settings, tmp_path: Path) -> None:
    backups.create(limits)
    (tmp_path / "key").write_text(f"{KEY}\n", encoding="utf-8")
    assert backups.verify(with_key(limits, backup_key_file=tmp_path / "key")).wrong == ()


@pytest.mark.parametrize(
    ("keys", "kind", "said"),
    [
        ({"backup_key": "wrong"}, InvalidInput, "The key does not open the backups in"),
        ({}, MissingRequirement, "are encrypted. Set CLOUD_PRICING_BACKUP_KEY or"),
        ({"backup_key": " "}, InvalidInput, "CLOUD_PRICING_BACKUP_KEY is empty."),
        (
            {"backup_key_file": "nowhere"},
            InvalidInput,
            "CLOUD_PRICING_BACKUP_KEY_FILE cannot be read: No such",
        ),
        ({"backup_key": KEY, "backup_key_file": "x"}, InvalidInput, "are both set"),
    ],
)
def test_another_key_is_one_clear_line(
    limits: Settings, keys: dict[str, object], kind: type[CloudPricingError], said: str
) -> None:
    backups.create(limits)
    other = with_key(limits, **keys)
    for command in (backups.create, backups.listed, backups.verify, backups.restore, backups.prune):
        with pytest.raises(kind) as raised:
            command(other)
        assert said in str(raised.value)
        assert KEY not in str(raised.value)
        assert "\n" not in str(raised.value)


def test_an_unencrypted_repository_takes_no_key(limits: Settings) -> None:
    backups.create(with_key(limits))
    for command in (backups.create, backups.listed, backups.restore):
        with pytest.raises(InvalidInput, match="are not encrypted, but a key is set"):
            command(limits)


def test_the_key_is_seen_nowhere(limits: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log.configure(tmp_path / "logs", "DEBUG")
    monkeypatch.setenv("CLOUD_PRICING_BACKUP_KEY", KEY)
    settings.cache_clear()
    try:
        made = backups.create(limits)
        shown = (settings(), limits, made, backups.opened(limits), backups.opened(limits)._cipher)
        assert not [one for one in shown if KEY in f"{one!r} {one}"]
        assert KEY not in settings().model_dump_json()
        backups.restore(limits)
        backups.prune(limits)
        assert "backed_up" in (tmp_path / "logs" / "cloud-pricing.jsonl").read_text(encoding="utf-8")
        written = contents(tmp_path / "logs") | contents(limits.store)
        assert not [name for name, content in written.items() if KEY.encode() in content]
    finally:
        settings.cache_clear()


def test_credentials_of_an_address_are_not_shown(limits: Settings) -> None:
    other = limits.model_copy(update={"backup_url": "nosuch://user:pa55@host/x"})
    with pytest.raises(InvalidInput, match="nosuch://host/x is no place for backups") as raised:
        backups.create(other)
    assert "pa55" not in str(raised.value)
