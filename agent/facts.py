"""What findings make true: figures with their unit, of the things that their rows name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from agent.claims import claims, plain
from agent.evidence import Finding
from agent.guard import screen
from agent.terms import HOURS_A_MONTH
from agent.understand.entities import Mention
from agent.understand.fold import fold, key

MONEY = re.compile(r"price|cost|total|amount|upfront|usd|rate|saving|spread|low|high|median")
_UNSAID = ("price_id", "source_url", "row_json", "score")
_FIELDS = {
    "machine": ("instance_type", "machine", "machines", "side"),
    "model": ("model", "name"),
    "accelerator": ("accelerator", "accelerators"),
    "provider": ("provider", "providers"),
    "place": ("region", "region_codes", "tied_regions"),
}
_IDENTIFIER = re.compile(r"(?=.*[a-z])(?=.*\d)[a-z0-9]\S*[a-z0-9]")
_LITERAL = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
IN_TEXT = "text"  # the column of a figure that stands in words
_PERIODS = ("hour", "month", "year", "token")


@dataclass(frozen=True)
class Value:
    value: Decimal
    column: str
    currency: str | None = None
    per: str | None = None


@dataclass
class Fact:
    """Figures, days and words of one row or of a whole finding; `anything` is true of whatever is named."""

    row: Mapping[str, Any]
    values: list[Value] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    words: str = ""
    identifiers: set[str] = field(default_factory=set)  # words of letters and digits, as folded
    parts: list[Fact] = field(default_factory=list)  # the rows it was reckoned from
    anything: bool = False

    def add(self, column: str, item: Any) -> None:
        if column in _UNSAID or isinstance(item, bool) or item is None:
            return
        if isinstance(item, int | float | Decimal):
            exact = abs(item if isinstance(item, Decimal) else Decimal(str(item)))
            self.values.append(Value(exact, column, _currency(column, self.row), _per(column, self.row)))
            if column == "year":
                self.days.add(date(int(exact), 1, 1))
        elif isinstance(item, datetime | date):
            self.days.add(item.date() if isinstance(item, datetime) else item)
        elif isinstance(item, str):
            self._add_words(item)
        elif isinstance(item, Mapping):
            for name, value in item.items():
                self.add(str(name), value)
        elif isinstance(item, Iterable):
            for value in item:
                self.add(column, value)

    def _add_words(self, text: str) -> None:
        folded = fold(plain(text))
        self.words = f"{self.words}\n{folded}"
        if " " not in text:
            if _IDENTIFIER.fullmatch(folded):
                self.identifiers.add(folded)
            return
        if screen(text):
            return  # an order in a price list or a guide proves nothing
        for language in ("en", "pt"):
            said = claims(plain(text), language)
            for figure in said.figures:
                self.values.append(Value(figure.value, IN_TEXT, figure.currency, figure.per))
            self.days.update(one.period.start for one in said.times if one.period.kind == "day")

    def names(self, mention: Mention) -> bool:
        """Whether it is about what is mentioned."""
        return (
            self.anything
            or bool(_named(self.row, mention))
            or holds(self.words, fold(mention.text))
            or any(part.names(mention) for part in self.parts)
        )


def holds(words: str, name: str) -> bool:
    """Whether a name stands in a text as a whole."""
    return name in words and bool(re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", words))


def _named(row: Mapping[str, Any], mention: Mention) -> bool:
    found = [row[name] for name in _FIELDS.get(mention.kind, ()) if row.get(name) is not None]
    names = {str(one) for item in found for one in (item if isinstance(item, list | tuple) else [item])}
    if mention.kind == "place":
        return any((row.get("provider"), name) in mention.value.regions for name in names)
    if mention.kind == "accelerator":
        return bool(names & set(mention.value))
    if mention.kind == "provider":  # the makers of models are named in more ways than one
        return mention.value in names or "model" in row
    if mention.kind == "machine":
        return bool({key(name) for name in names} & {key(machine.name) for machine in mention.value})
    return bool(names & {name for model in mention.value for name in (model.model, model.name)})


def _currency(column: str, row: Mapping[str, Any]) -> str | None:
    if "usd" in column:
        return "USD"
    given = row.get("from_currency" if column.startswith("from_") else "currency")
    return str(given) if given and MONEY.search(column) and column != "rate" else None


def _per(column: str, row: Mapping[str, Any]) -> str | None:
    said = next((period for period in _PERIODS if period in column), None)
    unit = {"hour": "hour", "million_tokens": "token"}.get(str(row.get("unit")))
    return said or (unit if column == "price" else None)


def facts_of(findings: Sequence[Finding], asked: str, also: Iterable[Any] = ()) -> list[Fact]:
    """`asked` is what the user said, `also` what every answer may name. What a model only gave a tool as
    an argument, or wrote into its SQL, is no fact."""
    said = Fact({}, anything=True)
    said.add("", f" {asked}")
    said.values.append(Value(Decimal(HOURS_A_MONTH), "hours"))
    for item in also:
        said.add("", item)
    facts = [said]
    for finding in findings:
        rows = [_fact(row, finding) for row in finding.rows]
        facts += [*rows, _of_all(rows, finding)]
    return [_linked(fact, facts) for fact in facts]


def _fact(row: Mapping[str, Any], finding: Finding) -> Fact:
    fact = Fact(row)
    fact.add("", row)
    if finding.tool != "search_knowledge":  # money in the text of a price list is no price
        fact.values = [value for value in fact.values if value.column != IN_TEXT or not value.currency]
    if finding.tool == "query_sql":
        written = {Decimal(text) for text in _LITERAL.findall(str(finding.arguments.get("sql", "")))}
        fact.values = [value for value in fact.values if value.value not in written]
    return fact


def _of_all(rows: list[Fact], finding: Finding) -> Fact:
    """What a tool reckoned; a price that is a row's stays that row's."""
    whole = Fact({}, parts=rows)
    whole.add("", finding.figures)
    known = {value.value for row in rows for value in row.values}
    whole.values = [value for value in whole.values if value.value not in known]
    return whole


def _linked(fact: Fact, facts: list[Fact]) -> Fact:
    """A converted amount is true of whatever costs what was converted, and of nothing else."""
    amount = fact.row.get("from_amount")
    if amount is not None:
        fact.values.append(Value(Decimal(1), "from_amount", str(fact.row["from_currency"])))
        fact.parts = [one for one in facts if one is not fact and any(v.value == amount for v in one.values)]
        if not fact.parts and amount != 1:
            fact.values = []
    return fact
