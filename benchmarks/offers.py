"""A regional EC2 offer file and an Azure price page of real size, in their wire formats, from a seed.

The machines are those of apache-libcloud; which operating systems, tenancies and reservations are
listed for one follows the offer of a whole region (eu-west-1, 2023). Prices and SKUs are invented.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

PUBLISHED = "2026-11-20T17:47:47Z"
REGION = "us-east-1"
_HEADER_LINE = (
    "SKU,OfferTermCode,RateCode,TermType,PriceDescription,EffectiveDate,StartingRange,EndingRange,Unit,"
    "PricePerUnit,Currency,RelatedTo,LeaseContractLength,PurchaseOption,OfferingClass,Product Family,"
    "serviceCode,Location,Location Type,Instance Type,Current Generation,Instance Family,vCPU,"
    "Physical Processor,Clock Speed,Memory,Storage,Network Performance,Processor Architecture,"
    "Storage Media,Volume Type,Max Volume Size,Max IOPS/volume,Max IOPS Burst Performance,"
    "Max throughput/volume,Provisioned,Tenancy,EBS Optimized,Operating System,License Model,Group,"
    "Group Description,Transfer Type,From Location,From Location Type,To Location,To Location Type,"
    "usageType,operation,AvailabilityZone,CapacityStatus,ClassicNetworkingSupport,"
    "Dedicated EBS Throughput,ECU,Elastic Graphics Type,Enhanced Networking Supported,From Region Code,"
    "GPU,GPU Memory,Instance,Instance Capacity - 10xlarge,Instance Capacity - 12xlarge,"
    "Instance Capacity - 16xlarge,Instance Capacity - 18xlarge,Instance Capacity - 24xlarge,"
    "Instance Capacity - 2xlarge,Instance Capacity - 32xlarge,Instance Capacity - 4xlarge,"
    "Instance Capacity - 8xlarge,Instance Capacity - 9xlarge,Instance Capacity - large,"
    "Instance Capacity - medium,Instance Capacity - metal,Instance Capacity - xlarge,instanceSKU,"
    "Intel AVX2 Available,Intel AVX Available,Intel Turbo Available,MarketOption,"
    "Normalization Size Factor,Physical Cores,Pre Installed S/W,Processor Features,Product Type,"
    "Region Code,Resource Type,serviceName,SnapshotArchiveFeeType,To Region Code,Volume API Name,"
    "VPCNetworkingSupport"
)
_HEADER = _HEADER_LINE.split(",")
_PRODUCT = _HEADER[15:]
# Operating system, software, licence, operation, factor on the Linux price, and whether it is reserved.
_SYSTEMS = (
    ("Linux", "NA", "No License required", "RunInstances", 1.0, True),
    ("RHEL", "NA", "No License required", "RunInstances:0010", 1.4, True),
    ("Red Hat Enterprise Linux with HA", "NA", "No License required", "RunInstances:1010", 1.5, False),
    ("SUSE", "NA", "No License required", "RunInstances:000g", 1.3, True),
    ("Ubuntu Pro", "NA", "No License required", "RunInstances:0g00", 1.05, False),
    ("Windows", "NA", "No License required", "RunInstances:0002", 2.0, True),
    ("Windows", "NA", "Bring your own license", "RunInstances:0800", 1.0, True),
    ("Windows", "SQL Web", "No License required", "RunInstances:0202", 2.2, True),
    ("Windows", "SQL Std", "No License required", "RunInstances:0006", 5.0, True),
    ("Windows", "SQL Ent", "No License required", "RunInstances:0102", 9.0, True),
    ("Linux", "SQL Web", "No License required", "RunInstances:0200", 1.2, False),
    ("Linux", "SQL Std", "No License required", "RunInstances:0004", 4.0, False),
    ("Linux", "SQL Ent", "No License required", "RunInstances:0100", 8.0, False),
    ("RHEL", "SQL Std", "No License required", "RunInstances:0014", 4.4, False),
)
_PLACES = (
    ("Shared", "Used", "BoxUsage", 1.0),
    ("Shared", "UnusedCapacityReservation", "UnusedBox", 1.0),
    ("Shared", "AllocatedCapacityReservation", "Reservation", 0.0),
    ("Dedicated", "Used", "DedicatedUsage", 1.06),
    ("Dedicated", "UnusedCapacityReservation", "UnusedDed", 1.06),
    ("Dedicated", "AllocatedCapacityReservation", "DedicatedRes", 0.0),
    ("Host", "Used", "HostBoxUsage", 0.0),
)
# Offer term code, length, payment, class, hourly share, share of the year's price paid at once.
_TERMS = (
    ("4NA7Y494T4", "1yr", "No Upfront", "standard", 0.63, 0.0),
    ("HU7G6KETJZ", "1yr", "Partial Upfront", "standard", 0.30, 0.30),
    ("6QCMYABX3D", "1yr", "All Upfront", "standard", 0.0, 0.59),
    ("BPH4J8HBKS", "3yr", "No Upfront", "standard", 0.43, 0.0),
    ("38NPMPTW36", "3yr", "Partial Upfront", "standard", 0.20, 0.60),
    ("NQ3QZPMQV9", "3yr", "All Upfront", "standard", 0.0, 1.13),
    ("7NE97W5U4E", "1yr", "No Upfront", "convertible", 0.72, 0.0),
    ("CUZHX8X6JH", "1yr", "Partial Upfront", "convertible", 0.34, 0.34),
    ("VJWZNREJX2", "1yr", "All Upfront", "convertible", 0.0, 0.68),
    ("Z2E3P23VKM", "3yr", "No Upfront", "convertible", 0.50, 0.0),
    ("R5XV2EPZQZ", "3yr", "Partial Upfront", "convertible", 0.23, 0.69),
    ("MZU6U2429S", "3yr", "All Upfront", "convertible", 0.0, 1.35),
)


def ec2_offer(path: Path, seed: int = 3) -> Path:
    """The file, written once; later calls find it there."""
    return _once(path, _ec2_lines(random.Random(seed)))  # noqa: S311 - nothing is secret


def azure_page(path: Path, size: int, seed: int = 3) -> Path:
    """One answer of the Azure Retail Prices API with so many bytes of items, one line each."""
    return _once(path, _azure_lines(random.Random(seed), size))  # noqa: S311 - nothing is secret


def _once(path: Path, lines: Iterator[str]) -> Path:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
        part.rename(path)
    return path


def _ec2_lines(chance: random.Random) -> Iterator[str]:
    from libcloud.compute.constants.ec2_instance_types import INSTANCE_TYPES

    yield '"FormatVersion","v1.0"\n'
    yield '"Disclaimer","Invented prices in the format of the AWS Price List, for benchmarks."\n'
    yield f'"Publication Date","{PUBLISHED}"\n"Version","20261120174747"\n"OfferCode","AmazonEC2"\n'
    yield _line(_HEADER)
    known: list[dict[str, str]] = [cast(Any, machine)["extra"] for machine in INSTANCE_TYPES.values()]
    machines = [*known, *(_successor(extra) for extra in known[::2])]
    products = []
    for extra in machines:
        arm = "Graviton" in extra.get("physicalProcessor", "")
        base = float(extra["vcpu"]) * chance.uniform(0.03, 0.09)
        systems = [one for one in _SYSTEMS if not arm or (one[1] == "NA" and one[0] != "Windows")]
        products += [(extra, base, *both) for both in itertools.product(systems, _PLACES)]
    chance.shuffle(products)  # the real file is in the order of the SKUs, which are random
    for product in products:
        yield from _product(chance, *product)


def _successor(extra: dict[str, str]) -> dict[str, str]:
    """A machine of an invented generation: a region of 2026 has half as many types again."""
    family, _, size = extra["instanceType"].partition(".")
    return {**extra, "instanceType": f"{family}next.{size}"}


def _product(
    chance: random.Random, extra: dict[str, str], base: float, system: Any, place: Any
) -> Iterator[str]:
    os, software, licence, operation, factor, reserved = system
    tenancy, status, usage, share = place
    name = extra["instanceType"]
    sku = "".join(chance.choices("ABCDEFGHJKMNPQRSTUVWXYZ23456789", k=16))
    tail = "," + _line(_described(extra, os, software, licence, operation, tenancy, status, usage))
    price = base * factor * share
    what = f"${price:.4f} per On Demand {os} with {software} {name} Instance Hour"
    first = (sku, "JRTCKXETXF", f"{sku}.JRTCKXETXF.6YS6EN2CT7", "OnDemand", what, "2026-11-01", "0", "Inf")
    yield _cells((*first, "Hrs", f"{price:.10f}", "USD", "", "", "", "")) + tail
    if not reserved or status != "Used" or not share:
        return
    for code, length, payment, kind, hourly, upfront in _TERMS:
        what = f"{os} (Amazon VPC), {name} reserved instance applied"
        terms = (sku, code, f"{sku}.{code}.6YS6EN2CT7", "Reserved", what, "2026-11-20", "0", "Inf", "Hrs")
        bought = ("USD", "", length, payment, kind)
        yield _cells((*terms, f"{price * hourly:.10f}", *bought)) + tail
        if upfront:
            fees = (sku, code, f"{sku}.{code}.2TG2D8R56U", "Reserved", "Upfront Fee", "2026-11-20", "", "")
            yield _cells((*fees, "Quantity", f"{round(price * upfront * 8760)}", *bought)) + tail


def _described(
    extra: dict[str, str], os: str, software: str, licence: str, operation: str, tenancy: str,
    status: str, usage: str,
) -> list[str]:  # fmt: skip
    name = extra["instanceType"]
    known = {
        "Product Family": "Compute Instance (bare metal)" if ".metal" in name else "Compute Instance",
        "serviceCode": "AmazonEC2",
        "Location": "US East (N. Virginia)",
        "Location Type": "AWS Region",
        "Instance Type": name,
        "Current Generation": extra.get("currentGeneration", "Yes"),
        "Instance Family": extra.get("instanceFamily", ""),
        "vCPU": extra["vcpu"],
        "Physical Processor": extra.get("physicalProcessor", ""),
        "Clock Speed": extra.get("clockSpeed", ""),
        "Memory": extra["memory"],
        "Storage": extra.get("storage", ""),
        "Network Performance": extra.get("networkPerformance", ""),
        "Processor Architecture": extra.get("processorArchitecture", ""),
        "Tenancy": tenancy,
        "Operating System": os,
        "License Model": licence,
        "usageType": f"{usage}:{name}",
        "operation": operation,
        "AvailabilityZone": "NA",
        "CapacityStatus": status,
        "ClassicNetworkingSupport": "false",
        "Dedicated EBS Throughput": extra.get("dedicatedEbsThroughput", ""),
        "ECU": extra.get("ecu", "NA"),
        "Enhanced Networking Supported": extra.get("enhancedNetworkingSupported", ""),
        "GPU": extra.get("gpu", ""),
        "GPU Memory": extra.get("gpuMemory", ""),
        "Intel AVX2 Available": extra.get("intelAvx2Available", ""),
        "Intel AVX Available": extra.get("intelAvxAvailable", ""),
        "Intel Turbo Available": extra.get("intelTurboAvailable", ""),
        "MarketOption": "OnDemand",
        "Normalization Size Factor": extra.get("normalizationSizeFactor", ""),
        "Pre Installed S/W": software,
        "Processor Features": extra.get("processorFeatures", ""),
        "Region Code": REGION,
        "serviceName": "Amazon Elastic Compute Cloud",
        "VPCNetworkingSupport": "true",
    }
    return [known.get(column, "") for column in _PRODUCT]


def _cells(values: Any) -> str:
    return ",".join(f'"{value}"' if value else "" for value in values)


def _line(values: Any) -> str:
    return _cells(values) + "\n"


def _azure_lines(chance: random.Random, size: int) -> Iterator[str]:
    yield '{"BillingCurrency":"USD","CustomerEntityId":"Default","CustomerEntityType":"Retail","Items":[\n'
    written = 0
    for number in itertools.count():
        item = _azure_item(chance, number)
        yield (",\n" if number else "") + item
        written += len(item) + 2
        if written >= size:
            break
    yield f'\n],"NextPageLink":null,"Count":{number + 1}}}\n'


def _azure_item(chance: random.Random, number: int) -> str:
    cores = 2 ** chance.randrange(1, 7)
    price = round(cores * chance.uniform(0.03, 0.12), 6)
    size = f"Standard_D{cores}s_v{number % 5 + 2}"
    plans = [
        {"unitPrice": round(price * share, 6), "retailPrice": round(price * share, 6), "term": term}
        for share, term in ((0.69, "1 Year"), (0.46, "3 Years"))
    ]
    item: dict[str, Any] = {
        "currencyCode": "USD", "tierMinimumUnits": 0.0, "retailPrice": price, "unitPrice": price,
        "armRegionName": "eastus", "location": "US East", "effectiveStartDate": "2026-10-01T00:00:00Z",
        "meterId": f"{chance.getrandbits(128):032x}", "meterName": size[9:].replace("_", " "),
        "productId": f"DZH318Z{chance.getrandbits(20):05X}", "skuId": f"DZH318Z{number:06X}/0001",
        "productName": "Virtual Machines Dsv5 Series \\ \"Linux\", ünïcode", "skuName": size[9:],
        "serviceName": "Virtual Machines", "serviceId": "DZH313Z7MMC8", "serviceFamily": "Compute",
        "unitOfMeasure": "1 Hour", "type": "Consumption", "isPrimaryMeterRegion": True,
        "armSkuName": size, "savingsPlan": plans,
    }  # fmt: skip
    return json.dumps(item, ensure_ascii=False)
