"""What rendering collects: the text's lines, the rows shown, and citations by number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from agent.evidence import Citation
from agent.render import formats
from agent.render.phrases import say, word
from agent.understand.vocabulary import Vocabulary

Row = Mapping[str, Any]
_REGIONS_NAMED = 4
# Columns of offers that most have nothing in: shown where some row does.
TERMS = (
    "zone",
    "term_months",
    "payment",
    "offering_class",
    "upfront",
    "components",
    "interruption_from",
    "interruption_to",
    "lowest_of",
)
_WHERE_SAID = (*TERMS, "price_usd_gpu_hour")


@dataclass
class Page:
    """One answer being written in one language."""

    language: str
    snapshot: str
    most_rows: int = 5
    lines: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    citations: list[Citation] = field(default_factory=list)
    caveats: list[str] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)  # names out of the snapshot's own lists
    counts: list[int] = field(default_factory=list)  # regions said as `+45`
    answered: bool = True
    chart: Mapping[str, Any] | None = None  # Vega-Lite
    places: Vocabulary | None = None

    def say(self, name: str, /, **values: Any) -> str:
        return say(self.language, name, **values)

    def add(self, name: str, /, **values: Any) -> None:
        self.lines.append(self.say(name, **values))

    def caveat(self, name: str, /, **values: Any) -> None:
        text = self.say(f"caveat.{name}", **values).strip()
        if text not in self.caveats:
            self.caveats.append(text)

    def word(self, section: str, key: str) -> str:
        return word(self.language, section, key)

    def kind(self, name: str) -> str:
        """A kind of token: `input`, or `input:batch` with the way it is served."""
        kind, _, way = name.partition(":")
        said = self.word("kind", kind)
        served = self.word("served", way)
        return served.format(kind=said) if served != way else f"{said} ({way})" if way else said

    def provider(self, name: str) -> str:
        return self.word("provider", name)

    def table(self, rows: Iterable[Row], columns: Sequence[str]) -> None:
        """The rows behind the text, for faces that show a table."""
        self.rows = list(rows)
        self.columns = tuple(
            name
            for name in columns
            if name not in _WHERE_SAID or any(row.get(name) is not None for row in self.rows)
        )

    def caption(self, rows: Iterable[Row]) -> str:
        """What a chart rests on: its sources and the snapshot."""
        sources = dict.fromkeys(self.word("source", str(row["source"])) for row in rows)
        return self.say("chart.caption", sources=self.joined(sources), snapshot=self.snapshot)

    def cite(self, *rows: Row) -> str:
        """` [1]`, ` [1][2]`: the numbers of the rows' citations."""
        numbers = sorted({self._number(row) for row in rows})
        return " " + "".join(f"[{number}]" for number in numbers) if numbers else ""

    def _number(self, row: Row) -> int:
        identity = str(row.get("price_id") or row.get("document_id") or row.get("source") or "")
        for citation in self.citations:
            if citation.price_id == identity:
                return citation.number
        citation = Citation(
            number=len(self.citations) + 1,
            price_id=identity,
            source=str(row.get("source") or ""),
            source_url=row.get("source_url"),
            observed_at=_moment(row.get("observed_at")),
            as_of=_moment(row.get("as_of")),
            title=_title(row),
            components=tuple(row.get("components") or ()),
        )
        self.citations.append(citation)
        return citation.number

    def rate(self, row: Row) -> str:
        return formats.rate(row["price_hour"], row["currency"], self.language)

    def usd(self, value: Decimal) -> str:
        return formats.rate(value, "USD", self.language)

    def month(self, row: Row) -> str:
        return formats.total(row["price_month"], row["currency"], self.language)

    def number(self, value: Decimal | float, places: int = 2) -> str:
        return formats.number(value, self.language, places)

    def joined(self, items: Iterable[str]) -> str:
        return formats.joined(list(items), self.language)

    def day(self, value: date) -> str:
        return formats.day(value, self.language)

    def region(self, row: Row) -> str:
        """`us-east-1 (N. Virginia)`."""
        code, name = str(row["region"]), self._spoken(str(row.get("region_name") or ""))
        if code == "global":
            return self.say("terms.anywhere")
        return f"{code} ({name})" if name and name != code else code

    def _spoken(self, name: str) -> str:
        """`Europe (Ireland)` → Ireland, or Irlanda; `Canada (Central)` → Canada, Central."""
        outer, _, inner = name.removesuffix(")").partition(" (")
        if not inner:
            return self._place(name) or name
        said = self._place(inner)
        if said:
            return said
        country = self._place(outer)
        return f"{country}, {inner}" if country else name

    def _place(self, name: str) -> str | None:
        """A city's or country's name in the page's language."""
        place = self.places.place(name) if self.places else None
        if not place or place.kind not in ("city", "country"):
            return None
        return place.label_pt if self.language == "pt" else name

    def regions(self, rows: Sequence[Row]) -> str:
        by_code = {row["region"]: row for row in rows}
        named = [self.region(row) for row in list(by_code.values())[:_REGIONS_NAMED]]
        more = max(len(by_code), rows[0].get("tied") or 0) - len(named)
        self.counts.append(more)
        return self.joined(named if not more else [*named, f"+{more}"])

    def specs(self, row: Row) -> str:
        parts: list[str] = []
        if row.get("vcpus"):
            name = "specs.vcpu" if row["vcpus"] == 1 else "specs.vcpus"
            parts.append(self.say(name, n=self.number(row["vcpus"])))
        if row.get("memory_gib"):
            parts.append(self.say("specs.memory", n=self.number(row["memory_gib"])))
        if row.get("accelerator"):
            n, each = row.get("accelerator_count") or 1, row.get("accelerator_memory_gib")
            values = {"n": self.number(n), "accelerator": row["accelerator"]}
            if each:
                parts.append(self.say("specs.gpus_memory", **values, each=self.number(each)))
            else:
                parts.append(self.say("specs.gpus", **values))
        return ", ".join(parts) or self.say("specs.unknown")


def _moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _title(row: Row) -> str:
    if row.get("title"):
        return str(row["title"])
    names = (
        row.get("provider"),
        row.get("instance_type") or row.get("model"),
        row.get("kind"),
        row.get("zone") or row.get("region"),
    )
    term = row.get("term_months")
    how = (
        row.get("operating_system"),
        row.get("tenancy"),
        row.get("purchase_option"),
        f"{term} months" if term else None,
        row.get("payment"),
        row.get("offering_class"),
    )
    return " ".join(str(part) for part in (*names, *how) if part)


def each_place(rows: Sequence[Row], by: str | None) -> list[Row]:
    """The first row of each region, or of each country."""
    names = ("country",) if by == "countries" else ("provider", "region")
    first: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        first.setdefault(tuple(row[name] for name in names), row)
    return list(first.values())


def tied(rows: Sequence[Row]) -> list[Row]:
    """The rows that share the first one's price and machine."""
    first = rows[0]
    same = ("price_usd_hour", "instance_type", "provider")
    return [row for row in rows if all(row[name] == first[name] for name in same)]
