"""The EC2 offer file loaded with pandas: the yardsticks of `benchmarks.feeds`, from the same kept payload.

The outcome is that of the source aws_list: on-demand and reserved prices with the fee of a reservation
joined to its hourly rate, money as exact decimals, and the machines; sorted, as Parquet in the same
schema, with a hash of what is written. Every step is vectorised. `plain` reads the file as pandas does by
default, `tuned` names the columns and lets pyarrow parse.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.source import Payload
from warehouse.contracts import PRICES, conform
from warehouse.settings import settings

_SYSTEMS = {
    "Linux": "linux", "Windows": "windows", "RHEL": "rhel", "Red Hat Enterprise Linux with HA": "rhel_ha",
    "SUSE": "suse", "Ubuntu Pro": "ubuntu_pro",
}  # fmt: skip
_COLUMNS = [
    "SKU", "OfferTermCode", "TermType", "Unit", "PricePerUnit", "Currency", "LeaseContractLength",
    "PurchaseOption", "OfferingClass", "Product Family", "Location Type", "Instance Type", "Tenancy",
    "Operating System", "License Model", "usageType", "operation", "CapacityStatus", "MarketOption",
    "Pre Installed S/W", "Region Code", "vCPU", "Memory", "Physical Processor", "Storage",
    "Network Performance",
]  # fmt: skip
_ORDER = ["sku_id", "purchase_option", "term_months", "payment", "offering_class"]


def plain(payload: Payload, folder: Path, region: str) -> Path:
    """The whole file by the default engine; money stays text, "NA" stays a value."""
    with payload.open() as stream:
        rows = pd.read_csv(
            stream,
            skiprows=5,
            dtype={"PricePerUnit": str},
            keep_default_na=False,
            na_values=[""],
            low_memory=False,
        )
    return _load(rows, payload, folder, region)


def tuned(payload: Payload, folder: Path, region: str) -> Path:
    """Only the columns that are used, by pandas' fastest engine."""
    with payload.open() as stream:
        rows = pd.read_csv(
            stream,
            skiprows=5,
            usecols=_COLUMNS,
            dtype=dict.fromkeys(_COLUMNS, str),
            keep_default_na=False,
            na_values=[""],
            engine="pyarrow",
        )
    return _load(rows, payload, folder, region)


def _load(rows: pd.DataFrame, payload: Payload, folder: Path, region: str) -> Path:
    rows = rows[rows["Product Family"].str.startswith("Compute Instance") & (rows["Region Code"] == region)]
    _machines(rows).to_parquet(folder / "instance_types.parquet", compression="zstd", index=False)
    rows = rows[
        (rows["CapacityStatus"] == "Used")
        & (rows["MarketOption"] == "OnDemand")
        & (rows["Location Type"] == "AWS Region")
    ]
    is_fee = (rows["TermType"] == "Reserved") & (rows["Unit"] == "Quantity")
    fees = rows.loc[is_fee, ["SKU", "OfferTermCode", "PricePerUnit"]]
    fees = fees.rename(columns={"PricePerUnit": "upfront"})
    rows = rows[~is_fee].merge(fees, how="left", on=["SKU", "OfferTermCode"])
    rows["price"] = rows["PricePerUnit"].map(Decimal)
    rows["upfront"] = rows["upfront"].map(Decimal, na_action="ignore")
    rows = rows[(rows["Tenancy"] != "Host") | (rows["price"] > 0)]
    prices = _shaped(rows).sort_values(_ORDER)
    prices = prices.assign(source_url=payload.record.url, observed_at=datetime.now(UTC))
    prices["upfront"] = prices["upfront"].where(prices["upfront"].notna(), None)
    table = conform(pa.Table.from_pandas(prices, preserve_index=False), PRICES)
    target = folder / "prices.parquet"
    pq.write_table(table, target, compression="zstd")
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    (folder / "batch.json").write_text(json.dumps({"rows": len(prices), "digest": digest}))
    return target


def _machines(rows: pd.DataFrame) -> pd.DataFrame:
    known = pd.read_csv(settings().data / "reference" / "aws_accelerators.csv")
    machines = rows.drop_duplicates("Instance Type")
    storage = machines["Storage"].str.extract(r"^(?:(\d+) x )?([\d,]+)")
    speed = machines["Network Performance"].str.extract(r"([\d.]+) (Gig|Meg)abit")
    described = pd.DataFrame(
        {
            "provider": "aws",
            "instance_type": machines["Instance Type"],
            "family": machines["Instance Type"].str.split(".").str[0],
            "vcpus": machines["vCPU"].astype(float),
            "memory_gib": machines["Memory"].str.replace(",", "").str.extract(r"^([\d.]+)")[0].astype(float),
            "cpu_model": machines["Physical Processor"],
            "local_storage_gb": storage[1].str.replace(",", "").astype(float)
            * storage[0].astype(float).fillna(1),
            "network_gbps": speed[0].astype(float) / (speed[1] == "Meg").map({True: 1000, False: 1}),
            "source": "aws_list",
        }
    )
    return described.merge(known, how="left", on="instance_type").sort_values("instance_type")


def _shaped(rows: pd.DataFrame) -> pd.DataFrame:
    own = rows["License Model"] == "Bring your own license"
    software = rows["Pre Installed S/W"].where(rows["Pre Installed S/W"] != "NA")
    system = rows["Operating System"].map(_SYSTEMS)
    byol = own & (rows["Operating System"] == "Windows") & software.isna()
    plain_machine = (rows["Tenancy"] != "Host") & software.isna() & (~own | byol)
    reserved = rows["TermType"] == "Reserved"
    name = rows["Instance Type"] + " (" + system.where(~byol, "Windows, own licence")
    name += (" with " + software).fillna("") + ")"
    attributes = '{"usage_type":"' + rows["usageType"] + '","operation":"' + rows["operation"]
    attributes += ('","pre_installed":"' + software).fillna("") + own.map(
        {True: '","licence":"own', False: ""}
    )
    return pd.DataFrame(
        {
            "provider": "aws",
            "service": "AmazonEC2",
            "category": plain_machine.map({True: "compute", False: "other"}),
            "sku_id": rows["SKU"],
            "name": name,
            "instance_type": rows["Instance Type"],
            "operating_system": system.where(~byol, "byol"),
            "tenancy": rows["Tenancy"].str.lower(),
            "region": rows["Region Code"],
            "purchase_option": reserved.map({True: "reserved", False: "on_demand"}),
            "price_type": "list",
            "term_months": (rows["LeaseContractLength"].str.extract(r"^(\d+)")[0].astype(float) * 12).astype(
                "Int32"
            ),
            "payment": rows["PurchaseOption"].str.lower().str.replace(" ", "_").where(reserved),
            "offering_class": rows["OfferingClass"].where(reserved),
            "tier_from": Decimal(0),
            "unit": "hour",
            "unit_raw": rows["Unit"],
            "currency": rows["Currency"],
            "price": rows["price"],
            "upfront": rows["upfront"],
            "source": "aws_list",
            "attributes": attributes + '"}',
        }
    )
