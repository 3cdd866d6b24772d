"""What an alert says, in English or Portuguese: Markdown that reads as plain text too."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal

from warehouse.alert_evaluation import Found
from warehouse.alert_rules import Cheapest, Language, Stale, Threshold

_HOURS_A_MONTH = 730
_ODD_ONES = {"shared", "linux"}  # what goes without saying
_FOLDER = Path(__file__).with_name("phrases")
_Row = Mapping[str, Any]


@cache
def phrases(language: Language) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


class AlertText:
    """Words and figures of one language; `now` is what ages are counted to."""

    def __init__(self, language: Language, now: datetime) -> None:
        self.say, self.now = phrases(language), now

    def of(self, found: Found, reference: str) -> tuple[str, str]:
        """Title and body."""
        rule, count = found.rule, len(found.untold)
        lines = [self.line(found, row) for row in found.largest]
        title = self.say["titles"][rule.kind].format(count=self._number(count))
        if count == 1:
            title = self.say["title"][rule.kind].format(line=lines[0].replace("`", "").partition(";")[0])
        parts = [
            "\n".join(f"- {line}{self._from(row)}" for line, row in zip(lines, found.largest, strict=True))
        ]
        if count > len(lines):
            shown = {"count": self._number(count), "shown": len(lines)}
            parts.append(self.say["further"].format(**shown))
        compared = "first" if found.older is None or rule.level else "compared"
        parts.append(self.say[compared].format(newer=found.newer, older=found.older))
        parts.append(self.say["see"].format(command=self._command(found)))
        parts.append(self.say["reference"].format(reference=reference, rule=rule.name))
        return f"{rule.name}: {title}", "\n\n".join(parts) + "\n"

    def test(self, rule: str) -> tuple[str, str]:
        """Title and body of a message that tells nothing."""
        return self.say["test_title"].format(rule=rule), self.say["test"].format(rule=rule) + "\n"

    def line(self, found: Found, row: _Row) -> str:
        rule, say = found.rule, self.say["line"]
        if rule.kind == "stale":
            told = {name: row[name] for name in ("source", "provider", "scopes")}
            days = {"age": row["age_days"], "limit": row["max_age_days"]}
            return str(say["stale"].format(**told, **days, day=self._day(row["confirmed_at"])))
        if rule.kind == "refused":
            scope = "/".join(part for part in (row["provider"], row["service"]) if part) or "all"
            told = {"source": row["source"], "scope": scope, "failures": "; ".join(row["failures"])}
            rows = self._number(row["row_count"])
            return str(say["refused"].format(**told, rows=rows, day=self._day(row["as_of"])))
        if isinstance(rule, Threshold):
            return self._crossed(rule, row)
        percent = row["usd_percent"] if isinstance(rule, Cheapest) else row["percent"]
        old = {name.removeprefix("old_"): value for name, value in row.items() if name.startswith("old_")}
        return str(
            say[rule.kind].format(
                what=self._what(row),
                old=self._price(old),
                new=self._price(row),
                percent=self._percent(percent),
                gpu=self._per_gpu(old if rule.kind == "vanished" else row),
                old_what=f"{old['machine']}, {old['provider']} {old['region']}",
                old_gpu=self._per_gpu(old),
            )
        )

    def _crossed(self, rule: Threshold, row: _Row) -> str:
        def figure(usd_hour: Decimal, gpus: float | None) -> str:
            per = {"hour": usd_hour, "month": usd_hour * _HOURS_A_MONTH}
            amount = per[rule.per] if rule.per in per else usd_hour / Decimal(str(gpus))
            return self._amount(amount, "USD", rule.per)

        say, limit = self.say["line"], rule.below_usd or rule.above_usd
        old, was = row["old_price_usd_hour"], ""
        if old not in (None, row["price_usd_hour"]):
            was = say["was"].format(old=figure(old, row["old_accelerator_count"]))
        return str(
            say["below" if rule.below_usd else "above"].format(
                what=self._what(row),
                figure=figure(row["price_usd_hour"], row["accelerator_count"]),
                limit=self._amount(limit or Decimal(0), "USD", rule.per),
                was=was,
            )
        )

    def _what(self, row: _Row) -> str:
        months, gpus = row["term_months"], row["accelerator_count"]
        how: Sequence[str | None] = (
            f"{gpus:g}× {row['accelerator']}" if row["accelerator"] else None,
            *(row[name] for name in ("operating_system", "tenancy") if row[name] not in _ODD_ONES),
            self.say["on"].get(row["purchase_option"], row["purchase_option"]),
            self.say["term"].format(months=months) if months else None,
            row["payment"],
        )
        where = f"{row['provider']} {row['zone'] or row['region']}"
        told = ", ".join(part for part in how if part)
        return str(self.say["what"].format(machine=row["machine"], how=told, where=where))

    def _price(self, row: _Row) -> str:
        """In its own currency, and in dollars where that is another."""
        if row["price_hour"] is None:
            return ""
        own = self._amount(row["price_hour"], row["currency"], "hour")
        if row["currency"] == "USD" or row["price_usd_hour"] is None:
            return own
        return own + str(self.say["in_usd"].format(figure=self._amount(row["price_usd_hour"], "USD", "hour")))

    def _per_gpu(self, row: _Row) -> str:
        count, price = row["accelerator_count"], row["price_usd_hour"]
        if not count or price is None:
            return ""
        figure = self._amount(price / Decimal(str(count)), "USD", "gpu_hour")
        return str(self.say["per_gpu"].format(figure=figure))

    def _amount(self, amount: Decimal, currency: str, unit: str) -> str:
        text = format_decimal(amount, "#,##0.00####", self.say["locale"])
        return str(self.say["unit"].format(amount=text, currency=currency, unit=self.say[unit]))

    def _percent(self, value: float | None) -> str:
        if value is None:
            return ""
        text = format_decimal(abs(value), "#,##0.##", self.say["locale"])
        return f" ({'−' if value < 0 else '+'}{text}%)"

    def _number(self, value: int) -> str:
        return str(format_decimal(value, "#,##0", self.say["locale"]))

    def _day(self, moment: datetime) -> str:
        return f"{moment.astimezone(UTC):{self.say['day']}}"

    def _from(self, row: _Row) -> str:
        """Of an offer: who says so, how old that is, and which price it is."""
        if "price_id" not in row:
            return ""
        moment = row["confirmed_at"]
        told = {"source": row["source"], "price_id": row["price_id"], "day": self._day(moment)}
        return "\n  " + str(self.say["from"].format(**told, age=max((self.now - moment).days, 0)))

    def _command(self, found: Found) -> str:
        if isinstance(found.rule, Stale):
            return "cloud-pricing sources"
        if found.rule.kind == "refused":
            sources = {row["source"] for row in found.largest}
            one = f" --source {sources.pop()}" if len(sources) == 1 else ""
            return f"cloud-pricing quarantine{one} --snapshot {found.newer}"
        since = f" --since {found.older}" if found.older else ""
        return f"cloud-pricing alerts run {found.rule.name}{since} --snapshot {found.newer} --dry-run"
