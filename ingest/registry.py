"""The table of sources: one line each. A name is also the module, its SQL folder and its fixtures."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import cast

from rapidfuzz import process

from ingest.source import Source
from warehouse.contracts import SourceInfo
from warehouse.errors import MissingRequirement, UnknownName
from warehouse.settings import Settings

# fmt: off
SOURCES: tuple[SourceInfo, ...] = (
    SourceInfo("libcloud", "AWS, Azure and Google list prices in apache-libcloud", "release", 90, 50, "Apache-2.0", "https://libcloud.apache.org", bundled=True),
    SourceInfo("genai_prices", "Language model prices in genai-prices", "release", 30, 40, "MIT", "https://github.com/pydantic/genai-prices", bundled=True),
    SourceInfo("price_file", "Your own price lists and discounts", "daily", 400, 10, "your own", "https://focus.finops.org", ("setting:price_files",), bundled=True),
    SourceInfo("aws_list", "AWS Price List, bulk files", "daily", 7, 20, "public price list", "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html"),
    SourceInfo("aws_savings_plans", "AWS Savings Plans rates", "daily", 7, 20, "public price list", "https://aws.amazon.com/savingsplans/"),
    SourceInfo("aws_spot", "AWS spot prices and interruption bands", "hourly", 2, 20, "public price list", "https://aws.amazon.com/ec2/spot/instance-advisor/"),
    SourceInfo("aws_spot_zones", "AWS spot prices of each availability zone", "hourly", 2, 19, "AWS Customer Agreement", "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html", ("extra:aws", "credential:aws")),
    SourceInfo("azure_retail", "Azure Retail Prices API", "daily", 7, 20, "public price list", "https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices"),
    SourceInfo("gcp_catalog", "Google Cloud Billing Catalog", "daily", 7, 20, "public price list", "https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list", ("setting:gcp_api_key",)),
    SourceInfo("gcp_pricing_file", "Google Cloud machine prices of gcosts", "weekly", 30, 30, "Apache-2.0", "https://github.com/Cyclenerd/google-cloud-pricing-cost-calculator"),
    SourceInfo("oci_list", "Oracle Cloud price list", "daily", 7, 20, "public price list", "https://docs.oracle.com/iaas/Content/Billing/Tasks/signingup_topic-Estimating_Costs.htm"),
    SourceInfo("linode", "Plans of Linode (Akamai)", "daily", 7, 20, "public price list", "https://techdocs.akamai.com/linode-api/reference/get-linode-types"),
    SourceInfo("vultr", "Vultr plans", "daily", 7, 20, "public price list", "https://www.vultr.com/api/#tag/plans"),
    SourceInfo("runpod", "RunPod GPU prices", "hourly", 2, 20, "public price list", "https://www.runpod.io/pricing", market=True),
    SourceInfo("vast", "Vast.ai marketplace, by machine type", "hourly", 2, 20, "public offers", "https://vast.ai/pricing", market=True),
    SourceInfo("skypilot", "SkyPilot's catalogs of GPU clouds", "daily", 7, 35, "Apache-2.0", "https://github.com/skypilot-org/skypilot-catalog"),
    SourceInfo("gpuhunt", "dstack's catalogs of GPU clouds (gpuhunt)", "daily", 7, 36, "MPL-2.0", "https://github.com/dstackai/gpuhunt"),
    SourceInfo("coroot", "Google machine prices and EC2 spot prices collected by Coroot", "daily", 7, 38, "Apache-2.0", "https://github.com/coroot/cloud-pricing"),
    SourceInfo("openrouter", "OpenRouter models", "daily", 7, 35, "public price list", "https://openrouter.ai/models"),
    SourceInfo("litellm", "LiteLLM's table of model prices", "daily", 30, 45, "MIT", "https://github.com/BerriAI/litellm"),
    SourceInfo("spare_cores", "Machine specifications and benchmark scores of Spare Cores", "weekly", 90, 60, "CC-BY-SA-4.0; scores: BSL-1.1", "https://sparecores.com/"),
    SourceInfo("ecb_fx", "Euro reference rates of the European Central Bank", "daily", 7, 20, "free to use with the source named", "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/"),
    SourceInfo("bcb_fx", "PTAX dollar rate of Banco Central do Brasil", "daily", 7, 15, "ODbL-1.0", "https://dadosabertos.bcb.gov.br/dataset/dolar-americano-usd-todos-os-boletins-diarios"),
)
# fmt: on

_EXTRAS = {"aws": "botocore"}  # the package an extra brings
GROUPS = ("bundled", "live", "all")

_BY_NAME = {info.name: info for info in SOURCES}


def get(name: str) -> SourceInfo:
    """One line of the table. Raises UnknownName with the nearest names."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = [match for match, score, _ in process.extract(name, list(_BY_NAME), limit=3) if score >= 60]
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Known sources: {', '.join(_BY_NAME)}."
    raise UnknownName(f"There is no source named {name!r}.", hint)


def group(name: str) -> list[SourceInfo]:
    """`bundled`: what needs no network; `live`: what does; `all`."""
    return [info for info in SOURCES if name == "all" or info.bundled == (name == "bundled")]


def missing(info: SourceInfo, limits: Settings, files: Sequence[Path] = ()) -> str:
    """What a source needs and has not, as the user would set it up, or nothing."""
    for need in info.needs:
        kind, _, name = need.partition(":")
        if kind == "setting" and not (getattr(limits, name) or (name == "price_files" and files)):
            return f"CLOUD_PRICING_{name.upper()}"
        if kind == "extra" and importlib.util.find_spec(_EXTRAS[name]) is None:
            return f"pip install 'cloud-pricing-agent[{name}]'"
        if kind == "credential" and (lacking := _lacking(name)):
            return lacking
    return ""


def _lacking(credential: str) -> str:
    """Credentials that are set up but cannot be used keep out their source, not the others."""
    try:
        found = importlib.import_module("ingest.signing").credentials()
    except MissingRequirement as error:
        return f"{credential.upper()} credentials ({error.message.rstrip('.')})"
    return "" if found else f"{credential.upper()} credentials"


def check_regions(names: Collection[str]) -> None:
    """Raises InvalidInput with the near names for a region that no provider has."""
    if names:
        importlib.import_module("ingest.selecting").check_regions(names)


def load(name: str) -> Source:
    """The module of a source, imported now."""
    return cast(Source, importlib.import_module(f"ingest.sources.{get(name).name}"))
