"""`GET /v1/offers`: machines that meet conditions, page by page, as JSON, CSV or Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from agent import offers, periods
from agent.context import Context
from agent.fact_tools import convert
from agent.offers import components
from agent.serving import formats, validators
from agent.serving.asked import Currency, OfSnapshot, System, known_providers, not_both
from agent.serving.cursors import Page, ThePage
from agent.serving.described import refusals
from agent.serving.formats import Format
from agent.serving.listings import Listing, listing_of
from agent.serving.request_log import tell
from agent.serving.rows import Offer
from agent.terms import Payment, PurchaseOption, Tenancy
from agent.toolbox import arguments_of
from agent.tools import find_offers

if TYPE_CHECKING:
    import pyarrow as pa

router = APIRouter(tags=["offers"])
# The most of these come first where the tool ranks by them.
_MOST_FIRST = ("vcpus", "memory", "gpus", "gpu_memory", "storage", "tflops")
Sort = Literal[
    "price", "vcpus", "memory", "gpus", "gpu_memory", "storage", "tflops", "price_per_vcpu",
    "price_per_memory", "price_per_gpu", "price_per_gpu_memory", "price_per_tflops",
    "-price", "-vcpus", "-memory", "-gpus", "-gpu_memory", "-storage", "-tflops", "-price_per_vcpu",
    "-price_per_memory", "-price_per_gpu", "-price_per_gpu_memory", "-price_per_tflops",
]  # fmt: skip
_OF_JSON = 1000  # rows of a page
_NUMBER = "number"  # of an offer: where the next page begins


class Asked(OfSnapshot):
    """Conditions of machines; those that are left out are none."""

    machine: list[str] = Field([], description="Machine, such as m5.xlarge.", examples=[["m5.xlarge"]])
    family: list[str] = Field([], description="Family, such as m5.")
    gpu: list[str] = Field(
        [], description="Accelerator, such as H100 or A100-80GB; A100 is every A100.", examples=[["H100"]]
    )
    provider: list[str] = Field([], description="aws, azure, gcp, ...; see /v1/options.", examples=[["aws"]])
    not_provider: list[str] = Field([], description="None of these.")
    place: list[str] = Field(
        [],
        description="Region, city, country or continent, in English or Portuguese.",
        examples=[["São Paulo"]],
    )
    not_place: list[str] = Field([], description="None of these.")
    min_vcpus: float | None = Field(None, ge=0, description="vCPUs of the machine.", examples=[8])
    max_vcpus: float | None = Field(None, ge=0, description="vCPUs of the machine.")
    min_memory: float | None = Field(None, ge=0, description="GiB of the machine.")
    max_memory: float | None = Field(None, ge=0, description="GiB of the machine.")
    min_gpus: float | None = Field(None, ge=0, description="GPUs of the machine.")
    max_gpus: float | None = Field(None, ge=0, description="GPUs of the machine.")
    min_gpu_memory: float | None = Field(None, ge=0, description="GiB of each GPU.")
    min_total_gpu_memory: float | None = Field(None, ge=0, description="GiB of all GPUs of the machine.")
    min_local_storage: float | None = Field(None, ge=0, description="GB of its own disks.")
    min_price: Decimal | None = Field(None, ge=0, description="USD an hour.")
    max_price: Decimal | None = Field(None, ge=0, description="USD an hour.")
    gpus_only: bool = Field(False, description="Machines with a GPU only.")
    no_gpus: bool = Field(False, description="Machines without accelerators only.")
    no_burstable: bool = Field(False, description="No machines with a share of a processor.")
    bare_metal: bool | None = Field(None, description="Only these, or none of these.")
    free: bool = Field(False, description="With what costs nothing, within limits.")
    cpu: Literal["intel", "amd"] | None = Field(None, description="Who makes the processor.")
    architecture: Literal["x86_64", "arm64"] | None = Field(None, description="Of the processor.")
    os: System = "linux"
    purchase_option: list[PurchaseOption] = Field([], description="on_demand if left out.")
    tenancy: Tenancy = Field("shared", description="Of the hardware.")
    term: int | None = Field(None, ge=1, le=120, description="Months of a commitment.")
    payment: Payment | None = Field(None, description="When a commitment is paid.")
    offering_class: list[str] = Field([], description="standard, convertible.")
    own: bool = Field(False, description="Prices of your own lists and discounts instead of list prices.")
    at: str | None = Field(
        None, description="Prices of a past day's end, out of the history: 2023-06-30, 2023, 1y."
    )
    currency: Currency = None
    sort: Sort = Field("price", description="The least first; with - before it, the most.")
    limit: int = Field(100, ge=1, le=100_000, description="Rows of the page; 1,000 at most as JSON.")
    cursor: str | None = Field(None, description="`next` of the page before; the filters are given again.")
    format: Format | None = Field(None, description="Goes before Accept.")


@router.get(
    "/offers",
    summary="Machines that can be rented by the hour",
    responses={
        200: {"model": Listing[Offer], "content": {"text/csv": {}, formats.MEDIA["parquet"]: {}}},
        **refusals(400, 406, 410),
    },
)
def list_offers(request: Request, asked: Annotated[Asked, Query()], page: ThePage) -> Response:
    """Filters and sorts offers of one snapshot.

    Give the filters again with `cursor` for the next page, or follow the header Link: all pages are of the
    snapshot of the first, also when another one is in force meanwhile.
    """
    form = formats.chosen(request, asked.format)
    now = datetime.now(UTC)
    day = None if asked.at is None else periods.past_day(asked.at, "at", now)
    clock = f"{day or now:%Y%m%d}"  # prices get old, discounts begin and end
    headers = validators.headers_of(request, page.reader, form, clock)
    limit = min(asked.limit, _OF_JSON) if form == "json" else asked.limit
    found, rows = _found(Context.of(page.reader), asked, day, page.after, limit)
    shown, more = _Shown(rows), found > limit

    def rest() -> dict[str, Any]:
        counted = found if page.after is None else None
        return {"truncated": more, "next": page.next(shown.last) if more else None, "found": counted}

    if form == "json":
        body = _json(page, iter(shown), rest)
    else:
        body = formats.WRITERS[form](iter(shown))
        headers["Content-Disposition"] = f'attachment; filename="offers-{page.reader.snapshot.id}.{form}"'
    reply = formats.sent(request, body, form, headers)
    tell(request, "find_offers", shown.priced, count=min(found, limit))
    reply.headers["X-Truncated"] = str(more).lower()
    if more:
        reply.headers["Link"] = f'<{page.address(page.next(shown.last))}>; rel="next"'
    return reply


@dataclass
class _Shown:
    """Batches without the numbers of the offers, of which the last one is kept, and the first prices."""

    batches: Iterator[pa.RecordBatch]
    last: str = ""
    priced: list[dict[str, Any]] = field(default_factory=list)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self.batches:
            if batch.num_rows:
                self.last = batch[_NUMBER][-1].as_py()
                self.priced = self.priced or formats.column_of(batch, "price_id")
            yield batch.drop_columns([_NUMBER])


def _found(
    context: Context, asked: Asked, day: date | None, after: str | None, limit: int
) -> tuple[int, Iterator[pa.RecordBatch]]:
    not_both("own", "at", "Discounts are those of now; leave one out.", given=asked.own and day is not None)
    if asked.currency:
        hint = "Leave `currency` out, and convert what is found."
        not_both("currency", "own or at", hint, given=asked.own or day is not None)
        convert(context, Decimal(1), asked.currency)  # refuses a currency without a rate
    order, reverse = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    arguments = arguments_of(find_offers)(
        machines=asked.machine,
        families=asked.family,
        accelerators=asked.gpu,
        providers=known_providers(context, asked.provider),
        not_providers=known_providers(context, asked.not_provider),
        places=asked.place,
        not_places=asked.not_place,
        min_vcpus=asked.min_vcpus,
        max_vcpus=asked.max_vcpus,
        min_memory_gib=asked.min_memory,
        max_memory_gib=asked.max_memory,
        min_gpus=asked.min_gpus,
        max_gpus=asked.max_gpus,
        min_gpu_memory_gib=asked.min_gpu_memory,
        min_total_gpu_memory_gib=asked.min_total_gpu_memory,
        min_local_storage_gb=asked.min_local_storage,
        min_usd_hour=asked.min_price,
        max_usd_hour=asked.max_price,
        gpus_only=asked.gpus_only,
        no_gpus=asked.no_gpus,
        no_burstable=asked.no_burstable,
        bare_metal=asked.bare_metal,
        free=asked.free,
        cpu=asked.cpu,
        architecture=asked.architecture,
        operating_system=asked.os,
        purchase_options=asked.purchase_option,
        tenancy=asked.tenancy,
        term_months=asked.term,
        payment=asked.payment,
        offering_classes=asked.offering_class,
        price_type="contracted" if asked.own else "list",
        at=day,
        rank=None if order == "price" else order,
        dearest=asked.sort == "-price",
        rows=limit,
    )
    return offers.listed(
        context,
        offers.conditions(context, arguments.model_dump()),
        after=after,
        # The tool puts the most of something first.
        reversed=order != "price" and reverse != (order in _MOST_FIRST),
        currency=asked.currency,
    )


def _json(
    page: Page, batches: Iterator[pa.RecordBatch], rest: Callable[[], dict[str, Any]]
) -> Iterator[bytes]:
    columns = next(batches).schema.names
    rows = formats.rows_of(batches, {"components": components})
    return listing_of(page.reader.snapshot.id, columns, rows, rest)
