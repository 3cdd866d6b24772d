"""Token prices and what workloads cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from agent.context import Context
from agent.evidence import Finding
from agent.plan_tokens import not_sold_by
from agent.render import formats
from agent.render.differences import write_model_differences
from agent.render.page import Page, Row
from agent.understand.models import similar_models
from agent.understand.reading import Reading

_MILLION = Decimal(1_000_000)
_SHOWN = ("input", "cached_input", "output")
_ORDER = ("input", "cached_input", "cache_write", "cache_write_1h", "output")
_SELLERS = 3
_HUB = "huggingface_"
COLUMNS = (
    "provider", "model", "region", "kind", "tier_from", "price_usd_million_tokens", "context_window",
    "tokens", "cost_usd", "month_usd",
)  # fmt: skip


def write_tokens(page: Page, reading: Reading, context: Context) -> None:
    listed = context.found("list_token_prices")
    if listed:
        for finding in listed:
            _write_list(page, finding)
        return
    found = [finding for finding in context.found("token_cost") if finding.rows]
    _write_costs(page, reading, found)
    write_model_differences(page, reading, context)
    missing = page.joined(page.provider(name) for name in not_sold_by(reading, context))
    if found and missing:
        page.caveat("not_sold_by", model=reading.models[0][0].name, asked=missing)
    if reading.unknown_models:
        if found and not reading.models:
            _write_family(page, reading, found)
        else:
            write_unknown_models(page, reading, context)
            page.answered = bool(found)
    if reading.workload.texts:
        page.caveat(f"texts_{reading.workload.texts[0]}")
    page.table([row for finding in found for row in finding.rows], COLUMNS)


def _write_costs(page: Page, reading: Reading, found: Sequence[Finding]) -> None:
    for finding in found:
        _write_model(page, reading, finding)
    totals = [(f.rows[0]["total_usd"], f.rows[0]) for f in found if f.rows[0]["total_usd"] is not None]
    if len({total for total, _ in totals}) > 1:
        best = min(totals, key=lambda pair: pair[0])[1]
        page.add("tokens.cheaper", model=best["name"], provider=page.provider(best["provider"]))
    elif len(found) > 1 and not totals:
        _write_cheapest(page, reading, found)


def _write_cheapest(page: Page, reading: Reading, found: Sequence[Finding]) -> None:
    """Of several models without a workload: by the first kind of token that is asked about."""
    wanted = next(iter(reading.token_terms.kinds), "input")
    priced = [row for finding in found for row in _own(finding) if kind_of(row) == wanted]
    prices = {row["price_usd_million_tokens"] for row in priced}
    if len(priced) == len(found) and len(prices) > 1:
        best = min(priced, key=lambda row: row["price_usd_million_tokens"])
        page.lines.insert(
            0,
            page.say(
                "tokens.cheapest_kind",
                model=best["name"],
                provider=seller_of(page, best),
                kind=page.word("kind", wanted),
                rate=page.usd(best["price_usd_million_tokens"]),
                cite=page.cite(best),
            ),
        )


def _write_family(page: Page, reading: Reading, found: Sequence[Finding]) -> None:
    names = [str(finding.rows[0]["name"]) for finding in found]
    page.lines.insert(0, page.say("tokens.family", name=reading.unknown_models[0], models=page.joined(names)))
    page.suggestions += [page.say("examples.model", model=one) for one in names]


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
    if not rows:
        page.add("tokens.none")
        page.answered = False
        return
    page.add(
        "tokens.list_dearest" if finding.arguments.get("dearest") else "tokens.list",
        kind=page.word("kind", str(finding.arguments.get("kind", "input"))),
    )
    least = finding.arguments.get("min_context")
    if least:
        page.lines[-1] = page.say(
            "tokens.of_window", list=page.lines[-1].rstrip(":"), tokens=page.number(least)
        )
    names = Counter((row["provider"], row["name"]) for row in rows)
    for row in rows:
        told = row["name"] if names[row["provider"], row["name"]] == 1 else row["model"]  # two of one name
        rate = page.usd(row["price_usd_million_tokens"])
        page.add(
            "tokens.row",
            model=str(told).strip(),
            provider=seller_of(page, row),
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
    own = _own(finding)
    values = {"model": own[0]["name"], "provider": seller_of(page, own[0])}
    used = [row for row in own if row["cost_usd"] is not None]
    terms = reading.token_terms
    if terms.service and own[0]["service"] is None:
        page.add("tokens.no_service", **values, service=page.word("service", terms.service))
        page.answered = False
    service = (
        page.say("tokens.service", service=page.word("service", own[0]["service"]))
        if own[0]["service"]
        else ""
    )
    if own[0]["total_usd"] is None:
        shown = [row for row in own if kind_of(row) in (*_SHOWN, *_asked(reading))]
        page.add(
            "tokens.prices",
            **values,
            service=service,
            per=per_text(page, own[0]),
            parts=page.joined(price_text(page, row) for row in shown),
        )
        _write_prompt(page, reading, own)
        _write_missing_kinds(page, reading, own, values)
        _write_tiers(page, reading, finding, own)
    else:
        page.add(
            "tokens.total",
            **values,
            amounts=page.joined(_amount(page, row) for row in used),
            total=formats.total(own[0]["total_usd"], "USD", page.language),
            parts="; ".join(_part(page, row) for row in used),
            service=service,
        )
        _write_prompt(page, reading, own)
        if own[0]["month_usd"] is not None:
            month = formats.total(own[0]["month_usd"], "USD", page.language)
            page.add("tokens.month", every=page.word("every", str(reading.workload.every)), month=month)
    _write_sellers(page, finding.rows, first)
    _write_unassigned(page, reading, own)
    if own[0]["tiered"] and own[0]["total_usd"] is not None:
        page.caveat("tiered", model=own[0]["name"])


def _own(finding: Finding) -> list[Row]:
    """The prices of the first seller, in the order in which they are said."""
    first = (finding.rows[0]["provider"], finding.rows[0]["model"])
    own = [row for row in finding.rows if (row["provider"], row["model"]) == first]
    return sorted(own, key=lambda row: _ORDER.index(kind_of(row)) if kind_of(row) in _ORDER else len(_ORDER))


def kind_of(row: Row) -> str:
    """`output:batch` is a price of output."""
    return str(row["kind"]).partition(":")[0]


def _asked(reading: Reading) -> tuple[str, ...]:
    """Kinds of tokens that are only named where they are asked about."""
    kinds = reading.token_terms.kinds
    return (*kinds, "cache_write_1h") if "cache_write" in kinds else kinds


def price_text(page: Page, row: Row) -> str:
    rate, kind = page.usd(row["price_usd_per_tokens"]), page.word("kind", kind_of(row))
    return page.say("tokens.price", rate=rate, kind=kind, cite=page.cite(row))


def per_text(page: Page, row: Row) -> str:
    """`million`, or another number of tokens that prices are of."""
    per = row["per_tokens"]
    return page.word("per_tokens", "million") if per == _MILLION else page.number(per)


def _write_prompt(page: Page, reading: Reading, own: Sequence[Row]) -> None:
    """For which prompts the rates hold, where the question speaks of long ones."""
    tier = max(row["tier_from"] for row in own)
    if reading.workload.prompt and tier:
        page.add("tokens.of_prompt", tokens=page.number(tier))


def _write_missing_kinds(page: Page, reading: Reading, own: Sequence[Row], values: dict[str, str]) -> None:
    missing = [kind for kind in reading.token_terms.kinds if kind not in {kind_of(row) for row in own}]
    for kind in missing:
        page.add("tokens.no_kind", **values, kind=page.word("kind", kind))
    page.answered = page.answered and len(missing) < max(1, len(reading.token_terms.kinds))


def _write_tiers(page: Page, reading: Reading, finding: Finding, own: Sequence[Row]) -> None:
    """What longer prompts cost, where the question names no length."""
    if reading.workload.prompt or own[0]["service"] or own[0]["per_tokens"] != _MILLION:
        return
    shown = [row for row in finding.figures["tiers"] if kind_of(row) in (*_SHOWN, *_asked(reading))]
    shown.sort(key=lambda row: _ORDER.index(kind_of(row)) if kind_of(row) in _ORDER else len(_ORDER))
    for tier in sorted({row["tier_from"] for row in shown}):
        parts = [
            page.say(
                "tokens.price",
                rate=page.usd(row["price_usd_million_tokens"]),
                kind=page.word("kind", kind_of(row)),
                cite=page.cite(row),
            )
            for row in shown
            if row["tier_from"] == tier
        ]
        page.add("tokens.tier", tokens=page.number(tier), parts=page.joined(parts))


def seller_of(page: Page, row: Row) -> str:
    """`AWS, us-east-1`: the region too where the price is of one."""
    seller = str(row["provider"])
    provider, region = page.provider(seller.removeprefix(_HUB)), str(row["region"])
    provider = f"{provider} (Hugging Face)" if seller.startswith(_HUB) else provider
    return provider if region == "global" else f"{provider}, {region}"


def _amount(page: Page, row: Row) -> str:
    return page.say("tokens.amount", amount=page.number(row["tokens"]), kind=page.word("kind", kind_of(row)))


def _part(page: Page, row: Row) -> str:
    return page.say(
        "tokens.part",
        tokens=page.number(row["tokens"]),
        kind=page.word("kind", kind_of(row)),
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
                provider=seller_of(page, row),
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
