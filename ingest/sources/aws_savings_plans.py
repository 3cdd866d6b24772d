"""Rates of AWS Savings Plans: what a machine, function or container costs an hour under each plan.

The region index lists its files (as a list, where that of the offers is an object); beside each
`index.json` lies an `index.csv` of the same rates, which is read: the format is that of a file of
2025 (jtdelia/ec2-priceit). The plans of machine learning and databases have a plural in their name, that
of EC2, Fargate and Lambda has not; the region indexes of 2026 are listed in public code. A rate names
the SKU it discounts, the same as in `aws_list`, and what that is by usage type and operation. All of a
rate is paid within the plan's commitment, however that is paid, so there is no upfront of its own.

Left out on purpose: capacity reservations, machines with SQL Server in them or with your own Red Hat
licence, what a region's file says about other regions, regions and zones `data/reference/regions.csv`
does not know. Plans for databases are read when named as a service.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote, urljoin

import pyarrow as pa

from ingest import wire
from ingest.client import Client
from ingest.normalize import conformed, reference, workspace
from ingest.selecting import chosen_regions
from ingest.source import Edition, Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid
from warehouse.log import get_logger

NAME = "aws_savings_plans"

_ROOT = "https://pricing.us-east-1.amazonaws.com/savingsPlan/v1.0/aws/"
_PLANS = ("AWSComputeSavingsPlan", "AWSMachineLearningSavingsPlans")
_FURTHER = ("AWSDatabaseSavingsPlans",)
_PREAMBLE = 5
# Of some columns there are few values, and a million rows.
_WORD = pa.dictionary(pa.int32(), pa.string())
_COLUMNS: Mapping[str, pa.DataType] = {
    **dict.fromkeys(("DiscountedSKU", "DiscountedRate"), pa.string()),
    **dict.fromkeys(
        (
            "SKU", "Unit", "EffectiveDate", "Currency", "DiscountedServiceCode", "DiscountedUsageType",
            "DiscountedOperation", "PurchaseOption", "LeaseContractLength", "LeaseContractLengthUnit",
            "Product Family", "DiscountedRegionCode", "DiscountedInstanceType", "Instance Family",
        ),
        _WORD,
    ),
}  # fmt: skip
_OPTIONAL = ("DiscountedOperation", "DiscountedInstanceType", "Instance Family")
_CHANGED = "The feed may have changed its format; the last good data stays in force."


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    regions = chosen_regions(selection, "aws")
    plans = [one for one in (*_PLANS, *_FURTHER) if one in (selection.services or _PLANS)]
    known = {row["region"] for row in reference("regions").to_pylist() if row["provider"] == "aws"}
    for plan in plans if regions is None or regions else ():
        listed = set(_files(client, plan))
        if unknown := sorted(listed - known):
            get_logger("ingest.aws_savings_plans").info("regions_left_out", plan=plan, regions=unknown)
        for region in sorted(listed & known & set(regions or known)):
            yield Scope("aws", plan, (region,), ("savings_plan",))


def fetch(client: Client, scope: Scope, version: str = "current") -> Iterator[Fetched]:
    """The file in force, or that of a version (see `editions`)."""
    (region,) = scope.regions or ()
    path = _files(client, str(scope.service), version).get(region, "")
    if not path.endswith("/index.json"):
        raise PayloadInvalid(f"The region index of {scope.service} has no file of {region}.", _CHANGED)
    yield client.get(urljoin(_ROOT, path.removesuffix("json") + "csv"), "index.csv")


def editions(client: Client, selection: Selection, since: datetime, until: datetime) -> Iterable[Edition]:
    """Every publication of each plan in each region of today; one may be older than the region."""
    by_plan: dict[str, dict[str, datetime]] = {}
    for scope in scopes(client, selection):
        plan = str(scope.service)
        if plan not in by_plan:
            by_plan[plan] = _versions(client, plan)
        yield from (Edition(scope, name, dated) for name, dated in by_plan[plan].items())


def fetch_edition(client: Client, edition: Edition) -> Iterator[Fetched]:
    return fetch(client, edition.scope, edition.label)


def _versions(client: Client, plan: str) -> dict[str, datetime]:
    """The publications of a plan by the names in the addresses of their region indexes."""
    url = urljoin(_ROOT, f"{quote(plan)}/current/index.json")
    try:
        return {
            str(one["offerVersionUrl"]).split("/")[-2]: datetime.fromisoformat(one["publicationDate"])
            for one in json.loads(client.read(url, "index.json"))["versions"]
        }
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise PayloadInvalid(f"{url} does not list its versions: {error!r}", _CHANGED) from None


def _files(client: Client, plan: str, version: str = "current") -> dict[str, str]:
    """The path of each region's file, of the version in force if not told."""
    url = urljoin(_ROOT, f"{quote(plan)}/{quote(version)}/region_index.json")
    try:
        listed = json.loads(client.read(url, "region_index.json"))["regions"]
        found = {str(one["regionCode"]): str(one["versionUrl"]) for one in listed}
    except (ValueError, KeyError, TypeError) as error:
        raise PayloadInvalid(f"{url} does not list its regions: {error!r}", _CHANGED) from None
    if not found:
        raise PayloadInvalid(f"{url} lists no region.", _CHANGED)
    return found


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    (region,) = payload.scope.regions or ("",)
    published = _published(payload)
    with workspace(NAME) as room:
        rows = wire.csv_rows(payload, _COLUMNS, skip_rows=_PREAMBLE, optional=_OPTIONAL)
        room.add("listed", rows.read_all())
        room.add("chosen", pa.table({"region": [region]}))
        prices = conformed(
            "prices",
            room.run("prices"),
            provider="aws",
            service=payload.scope.service,
            region=region,
            price_type="list",
            tier_from=0,
            source=NAME,
            source_url=payload.record.url,
            observed_at=payload.record.fetched_at,
        )
    yield Tables({"prices": prices}, published)


def _published(payload: Payload) -> datetime:
    """The publication date in the lines before the header, which are quoted in some files."""
    with payload.open() as stream:
        lines = stream.read(4096).decode("utf-8", "replace").splitlines()[:_PREAMBLE]
    for line in lines:
        name, _, value = line.partition(",")
        if name.strip('"') == "Publication Date":
            try:
                return datetime.fromisoformat(value.strip('"'))
            except ValueError:
                break
    raise PayloadInvalid(f"{payload.record.url} has no publication date before its header.", _CHANGED)
