"""What is worked out from prices: comparisons, monthly bills, recommendations."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from agent.basket import Basket, basket_of
from agent.basket_flags import EXAMPLES, lines_of
from agent.compare_tools import compare
from agent.context import Context
from agent.estimate_tools import estimate_basket
from agent.evidence import Finding
from agent.recommend_tools import RankBy, recommend
from agent.serving import validators
from agent.serving.advice_rows import BillLine, Compared, Recommended, Worked
from agent.serving.asked import AnySnapshot, Currency, Many, OfSnapshot, System, known_providers
from agent.serving.described import refusals
from agent.serving.listings import listing
from agent.serving.parts import SNAPSHOT, TheReader
from agent.serving.request_log import tell
from agent.terms import Payment, PurchaseOption, Tenancy
from agent.tools import Rank
from warehouse.errors import InvalidInput
from warehouse.reader import Reader

router = APIRouter(tags=["advice"])
_NEEDED = {"machine": "machine", "place": "place", "class": "offering_class"}


class CompareAsked(OfSnapshot):
    """What is compared, and under which conditions."""

    by: Literal["machine", "place", "provider", "option", "system", "class"] = Field(
        description="Each of the machines, places, providers, purchase options, operating systems or "
        "offering classes given is a side."
    )
    machine: Many = Field([], description="Machine, such as m5.xlarge.")
    family: Many = Field([], description="Family, such as m5.")
    gpu: Many = Field([], description="Accelerator, such as H100.")
    provider: Many = Field([], description="aws, azure, gcp, ...")
    place: Many = Field([], description="Region, city, country or continent.")
    min_vcpus: float | None = Field(None, ge=0, description="vCPUs of the machine.")
    min_memory: float | None = Field(None, ge=0, description="GiB of the machine.")
    min_gpus: float | None = Field(None, ge=0, description="GPUs of the machine.")
    max_gpus: float | None = Field(None, ge=0, description="GPUs of the machine.")
    min_gpu_memory: float | None = Field(None, ge=0, description="GiB of each GPU.")
    gpus_only: bool = Field(False, description="Machines with a GPU only.")
    os: list[System] = Field([], max_length=8, description="linux if left out.")
    tenancy: Tenancy = Field("shared", description="Of the hardware.")
    purchase_option: list[PurchaseOption] = Field([], description="on_demand if left out.")
    offering_class: Many = Field([], description="standard, convertible.")
    own: bool = Field(False, description="Prices of your own instead of list prices.")
    term: int | None = Field(None, ge=1, le=120, description="Months of a commitment.")
    payment: Payment | None = Field(None, description="When a commitment is paid.")
    per_gpu: bool = Field(False, description="Compare the price of one GPU.")
    rank: Rank | None = Field(
        None, description="What the best of each side has the most of, or the least price for."
    )


@router.get(
    "/compare",
    summary="The cheapest of each side",
    responses={200: {"model": Worked[Compared]}, **refusals(400)},
)
def list_compared(request: Request, asked: Annotated[CompareAsked, Query()], reader: TheReader) -> Response:
    """The cheapest offer of each machine, place, provider or way of buying, and how much dearer it is."""
    headers = _headers(request, reader)
    needed = _NEEDED.get(asked.by)
    if needed and not getattr(asked, needed):
        raise InvalidInput(f"There is nothing to compare by {asked.by}.", f"Give `{needed}`, two or more.")
    context = Context.of(reader)
    found = compare(
        context,
        asked.by,
        machines=asked.machine,
        families=asked.family,
        accelerators=asked.gpu,
        providers=known_providers(context, asked.provider),
        places=asked.place,
        min_vcpus=asked.min_vcpus,
        min_memory_gib=asked.min_memory,
        min_gpus=asked.min_gpus,
        max_gpus=asked.max_gpus,
        min_gpu_memory_gib=asked.min_gpu_memory,
        gpus_only=asked.gpus_only,
        operating_system=asked.os[0] if asked.os else "linux",
        operating_systems=asked.os,
        tenancy=asked.tenancy,
        purchase_options=asked.purchase_option,
        price_type="contracted" if asked.own else "list",
        offering_classes=asked.offering_class,
        term_months=asked.term,
        payment=asked.payment,
        per_gpu=asked.per_gpu,
        rank=asked.rank,
    )
    return _worked(request, reader, found, headers, asked)


def _lines(name: str, what: str) -> Any:
    return Field([], description=f"{what}, each as `{EXAMPLES[name]}`.", max_length=100)


class EstimateAsked(OfSnapshot):
    """A basket in the words of the command line."""

    machine: list[str] = _lines("machine", "Machines")
    hours: float | None = Field(None, gt=0, le=744, description="Hours a month of each machine; 730 is all.")
    purchase_option: PurchaseOption | None = Field(None, description="How machines are bought.")
    term: int | None = Field(None, ge=1, le=120, description="Months of a commitment.")
    payment: Payment | None = Field(None, description="When a commitment is paid.")
    os: System | None = Field(None, description="Operating system of the machines; linux if left out.")
    disk: list[str] = _lines("disk", "Disks")
    storage: list[str] = _lines("storage", "Object storage")
    egress: list[str] = _lines("egress", "Traffic to the internet")
    requests: list[str] = _lines("requests", "Requests")
    tokens: list[str] = _lines("tokens", "Tokens of a language model")
    spot: bool = Field(False, description="Spot machines among the alternatives too.")
    any_architecture: bool = Field(False, description="Alternatives of another architecture too.")
    provider: Many = Field([], description="Alternatives of these only.")
    place: Many = Field([], description="Alternatives there only.")
    currency: Currency = None


@router.get(
    "/estimate", summary="A monthly bill", responses={200: {"model": Worked[BillLine]}, **refusals(400)}
)
def show_estimate(request: Request, asked: Annotated[EstimateAsked, Query()], reader: TheReader) -> Response:
    """What a month of machines, disks, storage, traffic, requests and tokens costs, with cheaper machines."""
    headers = _headers(request, reader)
    flags = {name: getattr(asked, name) for name in EXAMPLES}
    bought = {
        "hours": asked.hours,
        "purchase_option": asked.purchase_option,
        "term_months": asked.term,
        "payment": asked.payment,
        "operating_system": asked.os,
    }
    given = lines_of(flags, bought)
    if not given:
        raise InvalidInput(
            "There is nothing in the basket.", f"Give machine={EXAMPLES['machine']}, or others."
        )
    limits = {
        "same_architecture": not asked.any_architecture,
        "spot": asked.spot,
        "providers": known_providers(Context.of(reader), asked.provider),
        "places": asked.place or None,
    }
    return _bill(
        request, reader, basket_of({**given, "constraints": limits, "currency": asked.currency}), headers
    )


@router.post(
    "/estimate",
    summary="A monthly bill of a basket",
    responses={200: {"model": Worked[BillLine]}, **refusals(400)},
)
def make_estimate(request: Request, basket: Basket, _: AnySnapshot, reader: TheReader) -> Response:
    """The same of a basket as the YAML file of the command line holds it."""
    return _bill(request, reader, basket, {SNAPSHOT: reader.snapshot.id})


def _bill(request: Request, reader: Reader, basket: Basket, headers: dict[str, str]) -> JSONResponse:
    found = estimate_basket(Context.of(reader), basket)
    return _worked(request, reader, found, headers, basket)


class Needs(BaseModel):
    """What is needed, and for how long."""

    model_config = ConfigDict(extra="forbid")

    min_vcpus: float | None = Field(None, ge=0, le=1e6, description="vCPUs of the machine.")
    min_memory: float | None = Field(None, ge=0, le=1e9, description="GiB of the machine.")
    gpu: Many = Field([], description="Accelerator, such as H100.")
    min_gpus: float | None = Field(None, ge=0, le=1e6, description="GPUs of the machine.")
    min_gpu_memory: float | None = Field(None, ge=0, le=1e9, description="GiB of each GPU.")
    architecture: Literal["x86_64", "arm64"] | None = Field(None, description="Of the processor.")
    provider: Many = Field([], description="aws, azure, gcp, ...")
    place: Many = Field([], description="Region, city, country or continent.")
    os: System = "linux"
    tenancy: Tenancy = Field("shared", description="Of the hardware.")
    interruptible: bool = Field(False, description="Whether the work may be interrupted: spot counts too.")
    max_interruption: int | None = Field(
        None, ge=0, le=100, description="Spot taken back in at most this percentage a month."
    )
    burstable: bool = Field(False, description="Machines with a share of a processor too.")
    months: Decimal = Field(Decimal(12), ge=Decimal("0.01"), le=120, description="Months of use.")
    hours_per_month: Decimal = Field(Decimal(730), ge=1, le=744, description="Hours of use a month.")
    count: int = Field(1, ge=1, le=1_000_000, description="Machines.")
    by: RankBy = Field("price", description="Rank by the price of the whole, or of one of these.")
    benchmark: str | None = Field(None, description="Rank by the price of a point of this benchmark.")
    currency: Currency = None
    limit: int = Field(10, ge=1, le=100, description="Machines to send at most.")


class NeedsAsked(Needs, OfSnapshot):
    """The same in the query."""


@router.get(
    "/recommend", summary="What to rent", responses={200: {"model": Worked[Recommended]}, **refusals(400)}
)
def list_recommended(request: Request, asked: Annotated[NeedsAsked, Query()], reader: TheReader) -> Response:
    """The best offers by what the whole use costs, what each saves, and what it gives up."""
    return _advice(request, reader, asked, _headers(request, reader))


@router.post(
    "/recommend",
    summary="What to rent for needs",
    responses={200: {"model": Worked[Recommended]}, **refusals(400)},
)
def make_recommendation(request: Request, needs: Needs, _: AnySnapshot, reader: TheReader) -> Response:
    """The same for needs sent as JSON."""
    return _advice(request, reader, needs, {SNAPSHOT: reader.snapshot.id})


def _advice(request: Request, reader: Reader, needs: Needs, headers: dict[str, str]) -> JSONResponse:
    context = Context.of(reader)
    found = recommend(
        context,
        min_vcpus=needs.min_vcpus,
        min_memory_gib=needs.min_memory,
        accelerators=needs.gpu,
        min_gpus=needs.min_gpus,
        min_gpu_memory_gib=needs.min_gpu_memory,
        gpus_only=bool(needs.min_gpus or needs.min_gpu_memory) and not needs.gpu,
        architecture=needs.architecture,
        providers=known_providers(context, needs.provider),
        places=needs.place,
        operating_system=needs.os,
        tenancy=needs.tenancy,
        interruptible=needs.interruptible or needs.max_interruption is not None,
        max_interruption=needs.max_interruption,
        burstable=needs.burstable,
        months=needs.months,
        hours_per_month=needs.hours_per_month,
        count=needs.count,
        by="benchmark" if needs.benchmark else needs.by,
        benchmark=needs.benchmark,
        currency=needs.currency,
        rows=needs.limit,
    )
    return _worked(request, reader, found, headers, needs)


def _headers(request: Request, reader: Reader) -> dict[str, str]:
    """Prices get old: their ages are told, and those that are stale come last."""
    return validators.headers_of(request, reader, clock=f"{datetime.now(UTC):%Y%m%d}")


def _worked(
    request: Request, reader: Reader, found: Finding, headers: dict[str, str], asked: BaseModel
) -> JSONResponse:
    tell(request, found.tool, found.rows, asked.model_dump_json(exclude_defaults=True))
    counted = found.figures.get("found", len(found.rows))
    figures = {name: value for name, value in found.figures.items() if name != "found"}
    return listing(
        reader.snapshot.id,
        found.rows,
        truncated=found.truncated,
        found=counted,
        figures=figures,
        headers=headers,
    )
