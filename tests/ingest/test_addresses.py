import re

import pytest

from ingest.addresses import is_private, joined, mirrored, origin, shown
from tests.ingest.conftest import Limit
from warehouse.errors import InvalidInput, PayloadInvalid
from warehouse.settings import settings

AZURE = "https://prices.azure.com"


@pytest.mark.parametrize(
    ("url", "mirrors", "expected"),
    [
        (f"{AZURE}/api?a=b", {AZURE: "https://m.example/azure"}, "https://m.example/azure/api?a=b"),
        (f"{AZURE}/api", {f"{AZURE}/": "https://m.example/azure"}, "https://m.example/azure/api"),
        (f"{AZURE}/api", {AZURE: "https://m.example/azure/"}, "https://m.example/azure/api"),
        (f"{AZURE}?a=b", {AZURE: "https://m.example/azure"}, "https://m.example/azure?a=b"),
        (f"{AZURE}.evil.example/api", {AZURE: "https://m.example"}, f"{AZURE}.evil.example/api"),
        (f"{AZURE}/apis", {f"{AZURE}/api": "https://m.example"}, f"{AZURE}/apis"),
        (f"{AZURE}/api", {"https://": "http://127.0.0.1:9/"}, "http://127.0.0.1:9/prices.azure.com/api"),
        (f"{AZURE}/api", {"https://": "http://one", AZURE: "http://two"}, "http://two/api"),
    ],
)
def test_a_mirror_replaces_whole_parts_of_an_address(
    url: str, mirrors: dict[str, str], expected: str
) -> None:
    assert mirrored(url, mirrors) == expected


def test_hosts_are_the_same_however_they_are_written() -> None:
    assert origin("https://Prices.Azure.com:443/x") == origin(f"{AZURE}/y")
    assert origin("http://prices.azure.com/x") != origin(f"{AZURE}/x")


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "https://user:word@prices.azure.com/",
        "https://[::1",
        "https://a:99999/",
        "mailto:x",
    ],
)
def test_what_is_no_plain_address_is_not_followed(link: str) -> None:
    with pytest.raises(PayloadInvalid, match="is no address that is followed"):
        joined(AZURE, link)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://m.example", True),
        ("http://127.0.0.1:9", True),
        ("http://[::1]:9", True),
        ("http://localhost:9", True),
        ("http://m.example", False),
        ("http://localhost.example", False),
    ],
)
def test_who_could_read_what_is_sent(url: str, expected: bool) -> None:
    assert is_private(url) is expected


def test_what_a_feed_wrote_is_shown_in_bounds() -> None:
    assert shown("https://a.example/\x1b[31m\u202e") == "https://a.example/�[31m�"
    assert len(shown("x" * 100_000)) < 400


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("https://m.example", "CLOUD_PRICING_MIRRORS is not JSON"),
        ('{"prices.azure.com": "https://m.example"}', "prices.azure.com does not begin as"),
        ('{"https://prices.azure.com": "ftp://m.example"}', "ftp://m.example does not begin as"),
        ('{"https://prices.azure.com": "http://"}', "http:// does not begin as"),
        ('{"https://prices.azure.com": "https://user:hunter2@m.example?x"}', "m.example"),
    ],
)
def test_mirrors_that_are_none_are_named(limit: Limit, value: str, problem: str) -> None:
    limit(mirrors=value)
    with pytest.raises(InvalidInput, match=re.escape(problem)) as caught:
        settings()
    assert "hunter2" not in str(caught.value)
