"""What is odd about spot prices by zone: the signing, the pages, the zones."""

import hashlib
import hmac
import json
import logging
import socket
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest

from ingest import signing
from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Payload, Selection
from ingest.sources import aws_spot_zones
from tests.ingest.conftest import AWS_ACCOUNT, FETCHED_AT
from tests.ingest.replay import FIXTURES, Replay, Request, Response, serving
from warehouse import log
from warehouse.contracts import Scope
from warehouse.errors import MissingRequirement, PayloadInvalid

Rows = list[dict[str, Any]]
Recorded = Callable[[str], Sequence[tuple[Scope, list[Payload]]]]
SA_EAST = Scope("aws", "AmazonEC2", ("sa-east-1",), ("spot",))
PAGE = (FIXTURES / "aws_spot_zones" / "sa-east-1.xml").read_bytes()
SECRETS = [AWS_ACCOUNT[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")]


@pytest.fixture
def rows(recorded: Recorded) -> Rows:
    """The prices of us-east-1, from its three pages."""
    payloads = next(payloads for scope, payloads in recorded("aws_spot_zones") if "us-east-1" in str(scope))
    assert len(payloads) == 3
    (tables,) = aws_spot_zones.parse(payloads)
    found: Rows = tables.tables["prices"].to_pylist()
    return found


def one(rows: Iterable[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return found


# --- signing


def expected_signature(
    key: str, secret: str, service: str, url: str, moment: str, headers: Mapping[str, str]
) -> str:
    """The Authorization of a GET as AWS documents it, worked out step by step. `headers` are signed."""
    parts = urlsplit(url)
    query = "&".join(sorted(parts.query.split("&")))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    names = ";".join(sorted(headers))
    nothing = hashlib.sha256(b"").hexdigest()
    canonical = "\n".join(["GET", parts.path, query, lines, names, nothing])
    place = f"{moment[:8]}/us-east-1/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", moment, place, hashlib.sha256(canonical.encode()).hexdigest()])
    signing_key = f"AWS4{secret}".encode()
    for part in place.split("/"):
        signing_key = hmac.digest(signing_key, part.encode(), "sha256")
    signature = hmac.new(signing_key, text.encode(), "sha256").hexdigest()
    return f"AWS4-HMAC-SHA256 Credential={key}/{place}, SignedHeaders={names}, Signature={signature}"


def test_the_steps_are_those_of_the_published_example() -> None:
    """get-vanilla of AWS's Signature Version 4 test suite."""
    moment, key = "20150830T123600Z", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    headers = {"host": "example.amazonaws.com", "x-amz-date": moment}
    found = expected_signature(
        "AKIDEXAMPLE", key, "service", "https://example.amazonaws.com/", moment, headers
    )
    assert found.endswith("Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")


def test_requests_are_signed_by_those_steps(replayed: Callable[[str], Replay]) -> None:
    server = replayed("aws_spot_zones")
    with Client(()) as client:
        scope = next(iter(aws_spot_zones.scopes(client, Selection(regions=("us-east-1",)))))
        pages = list(aws_spot_zones.fetch(client, scope))
    assert (len(pages), len(server.requests)) == (3, 4)
    key, secret, token = SECRETS
    for request in server.requests:
        moment = request.headers["x-amz-date"]
        signed = {
            "host": urlsplit(request.url).netloc,
            "x-amz-date": moment,
            "x-amz-security-token": token,
        }
        expected = expected_signature(key, secret, "ec2", request.url, moment, signed)
        assert request.headers["authorization"] == expected
        assert request.headers["x-amz-security-token"] == token
        spoken = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert abs((datetime.now(UTC) - spoken).total_seconds()) < 60
    asked = server.requests[1].query
    assert (asked["ProductDescription.1"], asked["ProductDescription.2"]) == ("Linux/UNIX", "Windows")
    begun = datetime.fromisoformat(asked["StartTime"])
    assert abs((datetime.now(UTC) - begun).total_seconds()) < 60


def test_no_secret_is_kept_or_logged(
    replayed: Callable[[str], Replay], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server, store = replayed("aws_spot_zones"), tmp_path / "store"
    caplog.set_level(logging.DEBUG)
    log.configure(tmp_path / "logs", "DEBUG")
    landing = Landing(store)
    with Client((), store) as client:
        for scope in aws_spot_zones.scopes(client, Selection()):
            pages = [
                landing.keep("aws_spot_zones", scope, page, FETCHED_AT)
                for page in aws_spot_zones.fetch(client, scope)
            ]
            landing.record("aws_spot_zones", scope, pages, FETCHED_AT)
            assert all("NextToken" not in page.record.url for page in pages)
    logged = (tmp_path / "logs" / "cloud-pricing.jsonl").read_text(encoding="utf-8")
    assert "DescribeSpotPriceHistory" in logged
    written = [path.read_bytes() for path in store.rglob("*") if path.is_file()]
    signatures = [request.headers["authorization"].rpartition("=")[2] for request in server.requests]
    for hidden in (*SECRETS, *signatures):
        assert hidden not in logged
        assert hidden not in caplog.text
        assert not any(hidden in request.url for request in server.requests)
        assert not any(hidden.encode() in content for content in written)


# --- who has an account


def without_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)


def test_without_credentials_there_are_no_scopes(
    replayed: Callable[[str], Replay], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = replayed("aws_spot_zones")
    without_account(monkeypatch)
    with Client(()) as client:
        assert aws_spot_zones.scopes(client, Selection()) == []
        with pytest.raises(MissingRequirement):
            list(aws_spot_zones.fetch(client, SA_EAST))
    assert server.requests == []


def test_without_botocore_there_are_no_credentials(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert signing.credentials() is not None
    monkeypatch.setitem(sys.modules, "botocore", None)
    assert signing.credentials() is None


def test_a_profile_that_cannot_be_used_is_named(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    without_account(monkeypatch)
    monkeypatch.setenv("AWS_PROFILE", "gone")
    with pytest.raises(MissingRequirement, match="gone"):
        signing.credentials()


def test_a_laptop_does_not_wait_for_an_instance_to_answer(
    impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_account(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
        monkeypatch.setenv(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}/"
        )
        begun = time.monotonic()
        assert signing.credentials() is None
        ours = time.monotonic() - begun
        assert botocore.session.Session().get_credentials() is None
        usual = time.monotonic() - begun - ours
    assert 0.1 < ours < usual / 2  # it did ask


def test_on_an_instance_its_role_is_used(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    without_account(monkeypatch)
    role = {"Code": "Success", "AccessKeyId": "ROLE", "SecretAccessKey": "x", "Token": "y"}
    role["Expiration"] = f"{datetime.now(UTC) + timedelta(hours=6):%FT%TZ}"

    def answer(request: Request) -> Response:
        return Response(body=json.dumps(role).encode() if request.url.endswith("/reader") else b"reader")

    with serving(answer) as server:
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
        endpoint = f"http://127.0.0.1:{server.server_port}/http/instance/"
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint)
        assert signing.credentials().access_key == "ROLE"


def test_refused_credentials_are_said_to_be(replayed: Callable[[str], Replay]) -> None:
    def refuse(request: Request, response: Response) -> Response:
        return Response(401, b"<Response><Errors><Error><Code>AuthFailure</Code></Error></Errors></Response>")

    replayed("aws_spot_zones").fault = refuse
    with Client(()) as client, pytest.raises(MissingRequirement, match="refuses the credential"):
        aws_spot_zones.scopes(client, Selection())


# --- scopes


def test_scopes_are_the_accounts_regions_with_their_local_zones(replayed: Callable[[str], Replay]) -> None:
    replayed("aws_spot_zones")
    with Client(()) as client:
        sao_paulo, virginia = aws_spot_zones.scopes(client, Selection())
        assert sao_paulo == SA_EAST
        assert virginia.regions is not None
        assert (virginia.regions[0], "us-east-1-atl-1" in virginia.regions) == ("us-east-1", True)
        assert not [name for name in virginia.regions if not name.startswith("us-east-1")]
        assert list(aws_spot_zones.scopes(client, Selection(regions=("sa-east-1", "eu-west-1")))) == [SA_EAST]
        assert aws_spot_zones.scopes(client, Selection(services=("AmazonRDS",))) == []


def test_an_answer_without_regions_is_refused(replayed: Callable[[str], Replay]) -> None:
    replayed("aws_spot_zones").fault = lambda request, response: Response(body=b"<DescribeRegionsResponse/>")
    with Client(()) as client, pytest.raises(PayloadInvalid, match="names no region"):
        aws_spot_zones.scopes(client, Selection())


# --- prices


def test_a_zone_has_its_price_and_when_it_began(rows: Rows) -> None:
    zones = [
        row for row in rows if (row["instance_type"], row["operating_system"]) == ("p5.48xlarge", "linux")
    ]
    assert {(row["region"], row["zone"]) for row in zones} == {
        ("us-east-1", "us-east-1a"), ("us-east-1", "us-east-1b"), ("us-east-1", "us-east-1c"),
    }  # fmt: skip
    assert len({row["price"] for row in zones}) == 3
    assert all(row["effective_from"].date().isoformat() == "2026-11-22" for row in zones)
    assert {row["operating_system"] for row in rows} == {"linux", "windows"}


def test_of_two_prices_of_a_zone_the_later_counts(rows: Rows) -> None:
    found = one(rows, instance_type="r6a.4xlarge", operating_system="linux", zone="us-east-1a")
    assert found["price"] == Decimal("0.3987")
    assert found["effective_from"] == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_a_local_zone_is_a_region_of_its_own(rows: Rows) -> None:
    assert one(rows, zone="us-east-1-atl-1a")["region"] == "us-east-1-atl-1"
    assert one(rows, zone="us-east-1-zzz-1a")["region"] == "us-east-1"  # not in the reference table


def test_a_price_cites_its_page_without_token_or_moment(rows: Rows) -> None:
    urls = {row["source_url"] for row in rows}
    assert len(urls) == 2  # the page between has no items
    assert all("Action=DescribeSpotPriceHistory" in url and "Time" not in url for url in urls)


def test_pages_without_end_are_refused(replayed: Callable[[str], Replay]) -> None:
    server = replayed("aws_spot_zones")
    again = PAGE.replace(b"</DescribeSpot", b"<nextToken>again</nextToken></DescribeSpot")
    server.fault = lambda request, response: Response(body=again)
    with Client(()) as client, pytest.raises(PayloadInvalid, match="do not end"):
        list(aws_spot_zones.fetch(client, SA_EAST))


@pytest.mark.parametrize(
    "content",
    [
        b"<Response><Errors/></Response>",
        PAGE.replace(b"spotPrice>", b"price>"),
        PAGE.replace(b"timestamp>", b"time>"),
        PAGE.replace(b"instanceType>", b"type>", 2),
        PAGE.replace(b"availabilityZone>", b"zone>"),
        PAGE.replace(b"<spotPrice>0.", b"<spotPrice>dear.", 1),
    ],
)
def test_a_page_of_another_shape_is_refused(
    keep: Callable[[str, Scope, dict[str, bytes]], list[Payload]], content: bytes
) -> None:
    with pytest.raises(PayloadInvalid):
        list(aws_spot_zones.parse(keep("aws_spot_zones", SA_EAST, {"prices-0001.xml": content})))
