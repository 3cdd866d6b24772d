"""What can be brought of the past: dated folders, the sources' own indexes, older releases of packages."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingest import editions, registry
from ingest.client import Client
from ingest.releases import released_file
from ingest.source import Edition, Selection
from tests.ingest.replay import Replay, Response
from warehouse.errors import InvalidInput, MissingRequirement, PayloadInvalid, SourceUnavailable

EVER = (datetime(2006, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
SPOT = b'{"config": {"regions": []}}'


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(()) as opened:
        yield opened


def listed(client: Client, source: str, folder: Path | None = None, **how: Any) -> list[Edition]:
    return editions.listed(source, client, Selection(), *EVER, folder=folder, **how)


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("2022-10", "2022-10-01T00:00"),
        ("2022-10_3.6.1", "2022-10-01T00:00"),
        ("2022-10-05", "2022-10-05T00:00"),
        ("20221005", "2022-10-05T00:00"),
        ("20221005-again", "2022-10-05T00:00"),
        ("git_2022-05-09", "2022-05-09T00:00"),
        ("2022-10-05T1230", "2022-10-05T12:30"),
    ],
)
def test_names_begin_with_a_date(tmp_path: Path, client: Client, name: str, moment: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "spot.json").write_bytes(SPOT)
    (tmp_path / "notes").mkdir()
    (found,) = listed(client, "aws_spot", tmp_path)
    assert (f"{found.dated:%Y-%m-%dT%H:%M}", found.scope.service) == (moment, "AmazonEC2")
    assert found.label.startswith(f"{name} ")


def test_payloads_are_files_or_in_folders_packed_or_not(tmp_path: Path, client: Client) -> None:
    (tmp_path / "2024-01-01").mkdir()
    (tmp_path / "2024-01-01" / "spot.json.gz").write_bytes(gzip.compress(SPOT))
    (tmp_path / "2024-01-01" / "spot-advisor-data.json").write_bytes(b"{}")
    (tmp_path / "2024-01-02_spot.json").write_bytes(SPOT)
    with pa.CompressedOutputStream(str(tmp_path / "2024-01-03_spot.json.zst"), "zstd") as stream:
        stream.write(SPOT)
    found = listed(client, "aws_spot", tmp_path)
    assert [one.dated.day for one in found if one.scope.service == "AmazonEC2"] == [1, 2, 3]
    assert [one.dated.day for one in found if one.scope.service == "SpotAdvisor"] == [1]
    prices = [one for one in found if one.scope.service == "AmazonEC2"]
    for one in prices:
        (fetched,) = editions.fetch("aws_spot", client, one)
        assert (fetched.name, b"".join(fetched.chunks)) == ("spot.json", SPOT)
        assert str(tmp_path) not in fetched.url


def test_a_file_named_by_its_date_alone(tmp_path: Path, client: Client) -> None:
    (tmp_path / "2024-01-18.yml.gz").write_bytes(gzip.compress(b"about: {}"))
    (found,) = listed(client, "gcp_pricing_file", tmp_path)
    (fetched,) = editions.fetch("gcp_pricing_file", client, found)
    assert (fetched.name, b"".join(fetched.chunks)) == ("pricing.yml", b"about: {}")


def test_another_content_is_another_edition(tmp_path: Path, client: Client) -> None:
    (tmp_path / "2024-01-02_spot.json").write_bytes(SPOT)
    (before,) = listed(client, "aws_spot", tmp_path)
    (tmp_path / "2024-01-02_spot.json").write_bytes(SPOT + b"\n")
    (after,) = listed(client, "aws_spot", tmp_path)
    assert before.label != after.label


def test_two_of_one_date_are_refused(tmp_path: Path, client: Client) -> None:
    for name in ("2024-01-02_a", "20240102_b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "spot.json").write_bytes(SPOT + name.encode())
    with pytest.raises(InvalidInput, match=r"speak for the same moment.* 2024-01-02T12"):
        listed(client, "aws_spot", tmp_path)
    (tmp_path / "20240102_b").rename(tmp_path / "20240102T12_b")
    assert len(listed(client, "aws_spot", tmp_path)) == 2


@pytest.mark.parametrize("name", ["2024-13-01", "2023-02-29"])
def test_what_only_looks_like_a_date_is_said(tmp_path: Path, client: Client, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(InvalidInput, match="begins like a date and is none"):
        listed(client, "aws_spot", tmp_path)


def test_a_folder_without_dates_is_said(tmp_path: Path, client: Client) -> None:
    with pytest.raises(InvalidInput, match="has a name that begins with a date"):
        listed(client, "aws_spot", tmp_path)
    with pytest.raises(InvalidInput, match="Cannot read"):
        listed(client, "aws_spot", tmp_path / "nowhere")


@pytest.mark.parametrize("content", [b"<html>404</html>", b"\n <!DOCTYPE html>", b""])
def test_what_is_no_payload_fails_when_it_is_read(tmp_path: Path, client: Client, content: bytes) -> None:
    """An error page that was saved, and what calls itself packed and is not."""
    (tmp_path / "2024-01").mkdir()
    saved = gzip.compress(content) if content else b"not packed"
    (tmp_path / "2024-01" / "pricing.json.gz").write_bytes(saved)
    first, *_ = listed(client, "libcloud", tmp_path)
    with pytest.raises(PayloadInvalid, match=r"web page|cannot be read"):
        [b"".join(one.chunks) for one in editions.fetch("libcloud", client, first)]


def test_an_entry_that_holds_nothing_of_the_source_fails(tmp_path: Path, client: Client) -> None:
    (tmp_path / "2024-01").mkdir()
    (tmp_path / "2024-01" / "readme.txt").write_text("pricing.json was here")
    (one,) = listed(client, "libcloud", tmp_path)
    with pytest.raises(PayloadInvalid, match="holds nothing of"):
        list(editions.fetch("libcloud", client, one))


def test_old_files_have_the_lists_of_some_providers_only(tmp_path: Path, client: Client) -> None:
    (tmp_path / "2020-07-10.json").write_text(json.dumps({"compute": {"ec2_linux": {}, "gce_instances": {}}}))
    assert {one.scope.provider for one in listed(client, "libcloud", tmp_path)} == {"aws", "gcp"}


def test_a_source_without_a_past_names_those_that_have_one(tmp_path: Path, client: Client) -> None:
    with pytest.raises(InvalidInput, match=r"openrouter has no past.*aws_list.*From a --folder: libcloud"):
        listed(client, "openrouter")
    with pytest.raises(InvalidInput, match="aws_list reads no folder"):
        listed(client, "aws_list", tmp_path)


def test_the_hooks_come_in_pairs() -> None:
    assert editions.names_with("editions") == editions.names_with("fetch_edition")
    assert set(editions.names_with("editions")) == {
        "libcloud", "aws_list", "aws_savings_plans", "gcp_catalog",
    }  # fmt: skip
    assert set(editions.names_with("recorded")) == {"libcloud", "aws_spot", "gcp_pricing_file", "coroot"}


def test_only_the_last_of_each_month(client: Client) -> None:
    dates = [f"{one.dated:%Y-%m}" for one in listed(client, "libcloud", every="month")]
    assert (len(dates), len(set(dates))) == (8, 8)
    assert len(listed(client, "libcloud", every="year")) == 5


def test_the_versions_of_an_aws_service(replayed: Callable[[str], Replay], client: Client) -> None:
    replayed("aws_list")
    selection = Selection(("us-east-1",), ("AmazonEC2",))
    past, current = editions.listed("aws_list", client, selection, *EVER)
    assert (past.label, past.dated) == ("20260930101010", datetime(2026, 9, 30, 10, 10, 10, tzinfo=UTC))
    (fetched,) = editions.fetch("aws_list", client, current)
    assert "/AmazonEC2/20261119225308/us-east-1/index.csv" in fetched.url
    with pytest.raises(PayloadInvalid, match="404"):  # the index lists it, and it is gone
        list(editions.fetch("aws_list", client, past))


def test_the_versions_of_a_savings_plan(replayed: Callable[[str], Replay], client: Client) -> None:
    server = replayed("aws_savings_plans")
    root = "/savingsPlan/v1.0/aws/AWSComputeSavingsPlan"
    index = {"versions": [{
        "publicationDate": "2023-04-07T14:57:05Z", "offerVersionUrl": f"{root}/20230407145705/region_index.json"
    }]}  # fmt: skip
    files = {
        "regions": [{"regionCode": "us-east-1", "versionUrl": f"{root}/20230407145705/us-east-1/index.json"}]
    }

    def old(request: Any, response: Response) -> Response:
        for ending, content in (("/current/index.json", index), ("05/region_index.json", files)):
            if request.url.endswith(ending):
                return Response(200, json.dumps(content).encode())
        return Response(200, b"rates") if "20230407145705/us-east-1" in request.url else response

    server.fault = old
    selection = Selection(("us-east-1",), ("AWSComputeSavingsPlan",))
    (one,) = editions.listed("aws_savings_plans", client, selection, *EVER)
    assert (one.label, one.dated) == ("20230407145705", datetime(2023, 4, 7, 14, 57, 5, tzinfo=UTC))
    (fetched,) = editions.fetch("aws_savings_plans", client, one)
    assert fetched.url.endswith(f"{root}/20230407145705/us-east-1/index.csv")
    server.fault = lambda request, _: Response(200, b'{"versions": [{}]}')
    with pytest.raises(PayloadInvalid):
        registry.load("aws_savings_plans")._versions(client, "AWSComputeSavingsPlan")  # type: ignore[attr-defined]


def test_the_months_of_google(limit: Callable[..., None], client: Client) -> None:
    selection = Selection(None, ("Compute Engine",))
    since, until = datetime(2024, 11, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC)
    found = editions.listed("gcp_catalog", client, selection, since, until)
    # A month ends at midnight in Los Angeles; that of January is after the last moment asked for.
    assert [(one.label, f"{one.dated:%Y-%m-%d %H:%M:%S}") for one in found] == [
        ("2024-11", "2024-12-01 07:59:59"), ("2024-12", "2025-01-01 07:59:59"),
    ]  # fmt: skip
    assert all(one.dated < datetime.now(UTC) for one in listed(client, "gcp_catalog"))


def wheel(folder: Path, version: str, **files: bytes) -> None:
    name = f"apache_libcloud-{version}"
    folder.mkdir(exist_ok=True)
    about = f"{name}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as archive:
        for path, content in files.items():
            archive.writestr(path.replace("__", "/") + ".json", content)
        archive.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: apache-libcloud\nVersion: {version}\n"
        )
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages, and no index."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "packages"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_CONSTRAINT", raising=False)
    return tmp_path / "packages"


def test_an_older_release_is_brought_by_pip(packages: Path, client: Client) -> None:
    wheel(packages, "3.6.1", libcloud__data__pricing=b"prices of 3.6.1")
    one = next(one for one in listed(client, "libcloud") if one.label == "3.6.1")
    prices, machines = editions.fetch("libcloud", client, one)
    assert (prices.name, list(prices.chunks)) == ("pricing.json", [b"prices of 3.6.1"])
    assert prices.url == "pkg:pypi/apache-libcloud@3.6.1#libcloud/data/pricing.json"
    assert machines.name == "ec2_instance_types.json"
    with pytest.raises(PayloadInvalid, match="has no file"):
        released_file("apache-libcloud", "3.6.1", "data.json")
    with pytest.raises(SourceUnavailable, match=r"pip cannot bring apache-libcloud==3.8.0: No matching"):
        released_file("apache-libcloud", "3.8.0", "data.json")


def test_a_python_without_pip_is_said(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    bare = str(tmp_path / "bare" / "bin" / "python")
    with pytest.raises(MissingRequirement, match=r"no pip.*--folder"):
        released_file("apache-libcloud", "3.6.1", "x", pip=(bare, "-m", "pip"))
    with pytest.raises(MissingRequirement, match="cannot be run"):
        released_file("apache-libcloud", "3.6.1", "x", pip=(str(tmp_path / "nothing"),))
