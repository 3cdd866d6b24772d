"""Backups in a bucket: a real S3 server on this machine, reached as any other is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from s3fs import S3FileSystem

from tests.warehouse.backup_stores import contents, limits_of, published, surroundings
from warehouse import backups, retention, snapshots
from warehouse.errors import BackupDamaged, BackupUnavailable, InvalidInput, UnknownName
from warehouse.object_storage import Storage
from warehouse.settings import Settings

BUCKET = "prices"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def endpoint(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    S3FileSystem.clear_instance_cache()  # it reads the environment once
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture(params=[None, "a passphrase"], ids=["plain", "encrypted"])
def limits(endpoint: str, request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    files = Storage(f"s3://{BUCKET}")._files
    if not files.exists(BUCKET):
        files.mkdir(BUCKET)
    made = limits_of(tmp_path, backup_url=f"s3://{BUCKET}/{tmp_path.name}", backup_key=request.param)
    published(made.store, 0, noise=2)
    surroundings(made.store)
    return made


def test_everything_works_in_a_bucket_too(limits: Settings, tmp_path: Path) -> None:
    first = backups.create(limits).record
    assert backups.create(limits).record.stored_bytes == 0
    newest = published(limits.store, 1, noise=2)
    third = backups.create(limits).record
    assert 0 < third.stored_bytes < first.stored_bytes
    assert list(backups.listed(limits)) == sorted(backups.listed(limits))
    assert backups.verify(limits, every=True).wrong == ()
    assert backups.verify(limits, quick=True).wrong == ()
    target = tmp_path / "empty" / "store"
    assert backups.restore(limits, store=target).snapshot == newest.id
    found = contents(target)
    assert all(found[file.path] == (limits.store / file.path).read_bytes() for file in third.files)
    assert backups.restore(limits, first.id, store=target).snapshot == first.snapshot
    assert snapshots.verify(snapshots.load(target)) == []
    # At once nothing goes from a bucket, where nobody can hold a lock; after a day it does.
    assert len(backups.prune(limits, keep={}).removed) == 2
    done = retention.prune(backups.opened(limits), {}, timeout=1, grace=timedelta(0))
    assert done.objects > 0
    assert list(backups.listed(limits)) == [third.id]
    assert backups.verify(limits).wrong == ()
    assert backups.verify(limits).unused == 0


def test_another_process_writes_and_everyone_sees_it(limits: Settings) -> None:
    backups.create(limits)
    ours, theirs = backups.opened(limits), backups.opened(limits)
    assert len(ours.ids()) == len(theirs.ids()) == 1
    backups.create(limits)
    assert len(ours.ids()) == len(theirs.ids()) == 2
    name = next(iter(ours.load(ours.ids()[0]).chunks()))
    theirs.remove_objects([name])
    assert name not in ours.objects()


def test_damage_in_a_bucket_is_found(limits: Settings, tmp_path: Path) -> None:
    record = backups.create(limits).record
    storage = backups.opened(limits).storage
    name = next(iter(record.chunks()))
    path = f"objects/{name[:2]}/{name}"
    held = storage.read(path)
    target = tmp_path / "empty" / "store"
    for damaged in (held[:-1], b"", held[:-1] + bytes([held[-1] ^ 1])):
        storage.write(path, damaged)
        assert path in backups.verify(limits).wrong[0]
        with pytest.raises(BackupDamaged):
            backups.restore(limits, store=target)
        assert snapshots.current_id(target) is None
    storage.remove([path])
    assert "missing" in backups.verify(limits).wrong[0]
    backups.create(limits)
    assert backups.verify(limits, every=True).wrong == ()


def test_only_the_first_begins_a_repository(limits: Settings) -> None:
    storage = Storage(limits.backup_url)
    assert storage.write_first("repository.json", b"one")
    assert not storage.write_first("repository.json", b"two")
    assert storage.read("repository.json") == b"one"


def test_a_bucket_that_is_not_there_is_one_line(limits: Settings) -> None:
    other = limits.model_copy(update={"backup_url": "s3://no-such-bucket/prices"})
    with pytest.raises((InvalidInput, UnknownName), match="no-such-bucket"):
        backups.create(other)


def test_a_server_that_does_not_answer_may_answer_later(
    limits: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    S3FileSystem.clear_instance_cache()
    with pytest.raises(BackupUnavailable, match=rf"{limits.backup_url} does not answer"):
        backups.listed(limits)


def test_the_address_may_be_given_to_fsspec(
    limits: Settings, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fsspec.config import conf, set_conf_env

    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setitem(conf, "s3", {})
    set_conf_env(conf, {"FSSPEC_S3_ENDPOINT_URL": endpoint})
    backups.create(limits)
    assert backups.verify(limits).wrong == ()


@pytest.mark.parametrize("url", ["memory://backups", "file://{folder}/files"])
def test_other_filesystems_do_too(tmp_path: Path, url: str) -> None:
    limits = limits_of(tmp_path, backup_url=url.format(folder=tmp_path))
    published(limits.store, 0, noise=2)
    backups.create(limits)
    assert backups.verify(limits).wrong == ()
    target = tmp_path / "empty" / "store"
    assert backups.restore(limits, store=target).written > 0
    assert snapshots.verify(snapshots.load(target)) == []
    assert backups.prune(limits).removed == ()
