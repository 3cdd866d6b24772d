"""Token prices and what workloads cost."""

from __future__ import annotations

from collections.abc import Sequence

from agent.context import Context
from agent.evidence import Finding
from agent.render import formats
from agent.render.page import Page, Row
from agent.understand.models import similar_models
from agent.understand.reading import Reading

_KINDS = ("input", "cached_input", "output")
_SELLERS = 3
COLUMNS = ("provider", "model", "region", "kind", "price_usd_million_tokens", "tokens", "cost_usd")


def write_tokens(page: Page, reading: Reading, context: Context) -> None:
    listed = context.found("list_token_prices")
    if listed:
        _write_list(page, listed[0])
        return
    found = [finding for finding in context.found("token_cost") if finding.rows]
    for finding in found:
        _write_model(page, reading, finding)
    totals = [(f.rows[0]["total_usd"], f.rows[0]) for f in found if f.rows[0]["total_usd"] is not None]
    if len({total for total, _ in totals}) > 1:
        best = min(totals, key=lambda pair: pair[0])[1]
        page.add("tokens.cheaper", model=best["name"], provider=page.provider(best["provider"]))
    table = [row for finding in found for row in finding.rows]
    if reading.unknown_models:
        write_unknown_models(page, reading, context)
        page.answered = bool(found)
    page.table(table, COLUMNS)


def write_unknown_models(page: Page, reading: Reading, context: Context) -> None:
    page.answered = False
    for name in reading.unknown_models:
        similar = similar_models(name, context.words)
        page.add("tokens.unknown_model", name=name)
        if similar:
            page.suggestions += [page.say("examples.model", model=one) for one in similar]
            page.add("missing.unknown_similar", names=page.joined(similar))


def _write_list(page: Page, finding: Finding) -> None:
    rows = _distinct(finding.rows)[: page.most_rows * 2]
    page.add("tokens.list", kind=page.word("kind", str(finding.arguments.get("kind", "input"))))
    for row in rows:
        rate = page.usd(row["price_usd_million_tokens"])
        page.add(
            "tokens.row",
            model=str(row["name"]).strip(),
            provider=_seller(page, row),
            rate=rate,
            cite=page.cite(row),
        )
    if not finding.arguments.get("free"):
        page.caveat("no_free")
    page.table(rows, ("provider", "model", "region", "kind", "price_usd_million_tokens"))


def _distinct(rows: Sequence[Row]) -> list[Row]:
    """A seller's second spelling of a model says nothing new."""
    seen: dict[tuple[str, str], Row] = {}
    for row in rows:
        seen.setdefault((row["provider"], str(row["model"]).rsplit("/", 1)[-1]), row)
    return list(seen.values())


def _write_model(page: Page, reading: Reading, finding: Finding) -> None:
    first = (finding.rows[0]["provider"], finding.rows[0]["model"])
    own = [row for row in finding.rows if (row["provider"], row["model"]) == first]
    own.sort(key=lambda row: _KINDS.index(row["kind"]))
    values = {"model": own[0]["name"], "provider": _seller(page, own[0])}
    used = [row for row in own if row["cost_usd"] is not None]
    if own[0]["total_usd"] is None:
        parts = [
            page.say(
                "tokens.price",
                rate=page.usd(row["price_usd_million_tokens"]),
                kind=page.word("kind", row["kind"]),
                cite=page.cite(row),
            )
            for row in own
        ]
        page.add("tokens.prices", **values, parts=page.joined(parts))
    else:
        page.add(
            "tokens.total",
            **values,
            amounts=page.joined(_amount(page, row) for row in used),
            total=formats.total(own[0]["total_usd"], "USD", page.language),
            parts="; ".join(_part(page, row) for row in used),
        )
    _write_sellers(page, finding.rows, first)
    if reading.providers and not {row["provider"] for row in finding.rows} & set(reading.providers):
        asked = page.joined(page.provider(name) for name in reading.providers)
        page.caveat("other_seller", model=own[0]["name"], asked=asked)
    _write_unassigned(page, reading, own)
    if own[0]["tiered"]:
        page.caveat("tiered", model=own[0]["name"])


def _seller(page: Page, row: Row) -> str:
    """`AWS, us-east-1`: the region too where the price is of one."""
    provider, region = page.provider(row["provider"]), str(row["region"])
    return provider if region == "global" else f"{provider}, {region}"


def _amount(page: Page, row: Row) -> str:
    kind = page.word("kind", row["kind"])
    amount = page.number(row["tokens"])
    return f"{amount} tokens de {kind}" if page.language == "pt" else f"{amount} {kind} tokens"


def _part(page: Page, row: Row) -> str:
    return page.say(
        "tokens.part",
        tokens=page.number(row["tokens"]),
        kind=page.word("kind", row["kind"]),
        rate=page.usd(row["price_usd_million_tokens"]),
        cost=formats.total(row["cost_usd"], "USD", page.language),
        cite=page.cite(row),
    )


def _write_sellers(page: Page, rows: Sequence[Row], first: tuple[str, str]) -> None:
    others: dict[str, Row] = {}
    for row in rows:
        if (row["provider"], row["model"]) != first and row["cost_usd"] is not None:
            others.setdefault(row["provider"], row)
    cheapest = sorted(others.values(), key=lambda row: row["total_usd"])[:_SELLERS]
    if cheapest:
        sellers = [
            page.say(
                "tokens.seller",
                provider=_seller(page, row),
                total=formats.total(row["total_usd"], "USD", page.language),
                cite=page.cite(row),
            )
            for row in cheapest
        ]
        page.add("tokens.others", sellers=page.joined(sellers))


def _write_unassigned(page: Page, reading: Reading, own: Sequence[Row]) -> None:
    """Tokens of no role were counted as input: say so, and what output costs."""
    if not reading.workload.unassigned:
        return
    rate = next((row["price_usd_million_tokens"] for row in own if row["kind"] == "output"), None)
    if rate is not None:
        page.caveats.append(page.say("tokens.unassigned", rate=page.usd(rate)))
