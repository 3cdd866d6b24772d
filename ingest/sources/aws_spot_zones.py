"""EC2 spot prices of each availability zone, with the time they began: for those with an AWS account.

DescribeSpotPriceHistory of EC2's query API, asked region by region as of now, for Linux and Windows; the
account's regions are those DescribeRegions names. An account needs the permissions of these two names.
It is a source of its own beside the keyless `aws_spot`, whose batches cover all spot prices of EC2 and
would close these. Without credentials (see `ingest.signing`) there are no scopes.

An answer is XML of some hundred items a page, then `nextToken`, empty or missing on the last; a page may
have a token and no items. Of a zone, machine and system the latest price counts. Zones bear the names
they have in this account (us-east-1a is another place in another account). A local zone is a region of
its own in the price lists and here, so a scope covers a region with its local zones; a zone the
reference table does not know stands under the region that was asked.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote, urlencode

import pyarrow as pa

from ingest import signing
from ingest.client import Client
from ingest.normalize import conformed, reference, workspace
from ingest.selecting import chosen_regions
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import MissingRequirement, PayloadInvalid

NAME = "aws_spot_zones"
SERVICE = "AmazonEC2"

_HOME = "us-east-1"
_VERSION = "2016-11-15"
_SYSTEMS = ("Linux/UNIX", "Windows")
_REGION = re.compile(rb"<regionName>([a-z0-9-]+)</regionName>")
_TOKEN = re.compile(rb"<nextToken>([^<]+)</nextToken>")
_PAGE = b"<DescribeSpotPriceHistoryResponse"


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    wanted = chosen_regions(selection, "aws")
    if wanted == () or SERVICE not in (selection.services or (SERVICE,)):
        return []
    found = signing.credentials()
    if found is None:
        return []
    url = _url(_HOME, "DescribeRegions")
    answer = client.read(url, "regions.xml", secret=signing.signed(found, url, service="ec2", region=_HOME))
    own = sorted(name.decode() for name in _REGION.findall(answer))
    if not own:
        raise PayloadInvalid(f"{url} names no region.", "The feed may have changed.")
    return [
        Scope("aws", SERVICE, (region, *_local_zones(region)), ("spot",))
        for region in own
        if wanted is None or region in wanted
    ]


def _local_zones(region: str) -> list[str]:
    zones = [row for row in reference("regions").to_pylist() if row["kind"] == "local_zone"]
    return sorted(row["region"] for row in zones if row["region"].startswith(f"{region}-"))


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    region = (scope.regions or (_HOME,))[0]
    found = signing.credentials()
    if found is None:
        raise MissingRequirement("The AWS credentials are gone.", "Sign in again, then refresh.")
    first = _url(region, "DescribeSpotPriceHistory", _systems(), StartTime=f"{datetime.now(UTC):%FT%TZ}")
    sign = partial(signing.signed, found, service="ec2", region=region)
    pages = client.pages(first, "prices.xml", partial(_following, first), secret=sign)
    # Cited without the moment and the token, which are different at each fetch.
    cited = _url(region, "DescribeSpotPriceHistory", _systems())
    for number, page in enumerate(pages, start=1):
        yield replace(page, url=cited if number == 1 else f"{cited}#{page.name}")


def _systems() -> dict[str, str]:
    return {f"ProductDescription.{number}": name for number, name in enumerate(_SYSTEMS, start=1)}


def _url(region: str, action: str, query: dict[str, str] | None = None, **further: str) -> str:
    asked = {"Action": action, "Version": _VERSION, **(query or {}), **further}
    return f"https://ec2.{region}.amazonaws.com/?{urlencode(asked, quote_via=quote, safe='')}"


def _following(first: str, page: bytes) -> str | None:
    token = _TOKEN.search(page)
    if not token:
        return None
    return f"{first}&{urlencode({'NextToken': html.unescape(token[1].decode())}, quote_via=quote, safe='')}"


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    documents = [_document(payload) for payload in payloads]
    scope = payloads[0].scope
    with workspace(NAME) as room:
        urls = [payload.record.url for payload in payloads]
        room.add("pages", pa.table({"document": documents, "source_url": urls}))
        rows = room.run("prices", {"regions": list(scope.regions or (_HOME,))})
    prices = conformed(
        "prices",
        rows,
        provider="aws",
        service=SERVICE,
        category="compute",
        tenancy="shared",
        purchase_option="spot",
        price_type="list",
        currency="USD",
        source=NAME,
        observed_at=min(payload.record.fetched_at for payload in payloads),
    )
    yield Tables({"prices": prices})


def _document(payload: Payload) -> str:
    content = payload.read()
    if _PAGE not in content[:1000]:
        raise PayloadInvalid(
            f"{payload.record.url} did not answer with a price history.", "The last good data stays in force."
        )
    return content.decode("utf-8", "replace")
