"""Language models: who sells one for least, how much context it takes, and what no list says of it."""

from __future__ import annotations

from collections.abc import Sized

from agent.context import Context
from agent.plan_tokens import not_sold_by
from agent.render import formats
from agent.render.page import Page, Row
from agent.render.tokens import COLUMNS, kind_of, per_text, price_text, seller_of
from agent.understand.reading import Reading


def write_token_sellers(page: Page, reading: Reading, context: Context) -> None:
    """Who sells a model for least, and who comes next."""
    finding = context.found("token_sellers")[0]
    offers: dict[tuple[str, str], list[Row]] = {}
    for row in finding.rows:
        offers.setdefault((row["provider"], row["model"]), []).append(row)
    if not offers:
        page.add("tokens.no_seller", model=reading.models[0][0].name)
        page.answered = False
        return
    missing = not_sold_by(reading, context)
    if missing:
        asked = page.joined(page.provider(name) for name in missing)
        page.add("tokens.not_sold_by", model=reading.models[0][0].name, asked=asked)
        page.answered = False
    wanted = str(finding.arguments["kind"])
    for index, rows in enumerate(list(offers.values())[: page.most_rows]):
        shown = [
            row
            for row in sorted(rows, key=lambda r: kind_of(r) != wanted)
            if kind_of(row) in ("input", "output", wanted)
        ]
        values = {
            "model": rows[0]["name"],
            "provider": seller_of(page, rows[0]),
            "parts": page.joined(price_text(page, row) for row in shown),
            "kind": page.word("kind", wanted),
            "count": page.number(finding.figures["sellers"]),
            "per": per_text(page, rows[0]),
        }
        total = rows[0]["total_usd"]
        said = (
            ""
            if total is None
            else page.say("tokens.seller_total", total=formats.total(total, "USD", page.language))
        )
        page.add(_first(offers) if index == 0 else "tokens.seller_next", **values, total=said)
    if not finding.arguments.get("free"):
        page.caveat("no_free")
    page.table(finding.rows, COLUMNS)


def write_tokens_for(page: Page, reading: Reading, context: Context) -> None:
    """How many tokens an amount of money pays for."""
    found = [finding for finding in context.found("tokens_for") if finding.rows]
    wanted = reading.token_terms.kinds or ("input", "output")
    for finding in found:
        rows = [row for row in finding.rows if kind_of(row) in wanted] or list(finding.rows)
        amount = finding.figures["amount_usd"]
        page.add(
            "tokens.bought",
            amount=formats.total(amount, "USD", page.language),
            model=rows[0]["name"],
            provider=seller_of(page, rows[0]),
            parts=f" {page.say('tokens.bought_or')} ".join(_bought(page, row) for row in rows),
        )
    if not found:
        page.add("tokens.no_seller", model=reading.models[0][0].name)
        page.answered = False
    page.table([row for finding in found for row in finding.rows], (*COLUMNS, "amount_usd"))


def _bought(page: Page, row: Row) -> str:
    kind, rate = page.word("kind", kind_of(row)), page.usd(row["price_usd_million_tokens"])
    tokens = page.number(row["tokens"])
    return page.say("tokens.bought_part", tokens=tokens, kind=kind, rate=rate, cite=page.cite(row))


def _first(offers: Sized) -> str:
    return "tokens.seller_first" if len(offers) > 1 else "tokens.seller_only"


def write_windows(page: Page, reading: Reading, context: Context) -> None:
    found = [finding for finding in context.found("token_cost") if finding.rows]
    for finding in found:
        row = finding.rows[0]
        named = {"model": row["name"], "provider": seller_of(page, row)}
        if row["context_window"] is None:
            page.add("tokens.no_window", **named)
            page.answered = False
        else:
            page.add("tokens.window", **named, tokens=page.number(row["context_window"]), cite=page.cite(row))
    page.table([row for finding in found for row in finding.rows], COLUMNS)


def write_model_fact(page: Page, reading: Reading, context: Context) -> None:
    """What no price list says of a model."""
    page.add("tokens.no_fact", fact=page.word("model_fact", reading.token_terms.fact or ""))
    page.suggestions += [page.say("examples.model", model=group[0].name) for group in reading.models]
    page.answered = False
