"""A basket: what somebody runs in a month, read from YAML, built from flags, or given by a model."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from agent.terms import HOURS_A_MONTH, Payment, PurchaseOption, Tenancy
from agent.understand.quantities import NUMBER, number
from warehouse.errors import InvalidInput

if TYPE_CHECKING:
    import yaml

_AMOUNT = re.compile(
    rf"(?P<number>{NUMBER})\s*(?P<scale>k|m|mm|bn|b|thousand|million|billion)?"
    r"\s*(?P<unit>gi?b|ti?b|pi?b|tokens?|requests?|hours?|h)?",
    re.IGNORECASE,
)
_SCALES = {"k": 10**3, "thousand": 10**3, "m": 10**6, "mm": 10**6, "million": 10**6}
_SCALES |= dict.fromkeys(("b", "bn", "billion"), 10**9)
_GIGABYTES = {"t": 1024, "p": 1024**2}  # price lists count their tiers so


def amount(text: object) -> Decimal:
    """`3M`, `2 TB` (in GB) or `1,500.5` as a number. Raises ValueError."""
    if isinstance(text, int | float | Decimal) and not isinstance(text, bool):
        return Decimal(str(text))
    match = _AMOUNT.fullmatch(str(text).strip())
    if not match:
        raise ValueError(f"{text} is no amount; write it as 500, 2 TB or 3M")
    times = _SCALES.get((match["scale"] or "").lower(), 1)
    unit = (match["unit"] or "").lower()
    return number(match["number"], "en") * times * (_GIGABYTES.get(unit[0], 1) if unit.endswith("b") else 1)


Amount = Annotated[Decimal, BeforeValidator(amount), Field(gt=0, le=10**13)]


class Line(BaseModel):
    """What every line of a basket has; `at` says where it was written."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    region: str | None = None
    provider: str | None = None
    _at: str = PrivateAttr(default="")

    @property
    def at(self) -> str:
        return self._at


class MachineLine(Line):
    """Machines that run some hours of the month."""

    machine: str
    count: int = Field(default=1, ge=1, le=1_000_000)
    hours: Amount = Decimal(HOURS_A_MONTH)
    purchase_option: PurchaseOption = "on_demand"
    term_months: int | None = Field(default=None, ge=1)
    payment: Payment | None = None
    operating_system: str = "linux"
    tenancy: Tenancy = "shared"


class ThingLine(Line):
    """A disk, object storage, traffic, requests: a name of data/reference/services.csv and how much of it."""

    name: str = "egress"
    gb: Amount | None = None
    count: Amount | None = None
    hours: Amount | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> ThingLine:
        if sum(value is not None for value in (self.gb, self.count, self.hours)) != 1:
            raise ValueError("give one of gb, count and hours")
        return self


class TokenLine(Line):
    """Tokens of a language model."""

    model: str
    input: Amount | None = None
    output: Amount | None = None
    cached_input: Amount | None = None

    @model_validator(mode="after")
    def _some_tokens(self) -> TokenLine:
        if not any((self.input, self.output, self.cached_input)):
            raise ValueError("give input, output or cached_input")
        return self


class Constraints(BaseModel):
    """Which alternatives are wanted."""

    model_config = ConfigDict(extra="forbid")
    same_architecture: bool = True
    spot: bool = False
    providers: list[str] | None = None
    places: list[str] | None = None


class Basket(BaseModel):
    """Everything of one monthly bill."""

    model_config = ConfigDict(extra="forbid")
    machines: list[MachineLine] = []
    disks: list[ThingLine] = []
    storage: list[ThingLine] = []
    egress: list[ThingLine] = []
    requests: list[ThingLine] = []
    other: list[ThingLine] = []
    tokens: list[TokenLine] = []
    constraints: Constraints = Constraints()
    currency: str | None = None

    @model_validator(mode="after")
    def _something(self) -> Basket:
        if not (self.machines or self.things() or self.tokens):
            raise ValueError("there is nothing in it")
        return self

    def things(self) -> list[ThingLine]:
        return [*self.disks, *self.storage, *self.egress, *self.requests, *self.other]


def read_basket(path: Path) -> Basket:
    """The basket of a YAML file. Raises InvalidInput with the line and the field."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        tree, given = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Cannot read {path}: {error}.", "Check the path.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path.name}, line {mark.line + 1}" if mark else path.name
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise InvalidInput(f"{where}: {problem}.", "Correct the YAML.") from None
    if not isinstance(given, dict):
        raise InvalidInput(f"{path.name} holds no basket.", "Begin with `machines:`; see docs/estimate.md.")

    def at(place: tuple[Any, ...]) -> str:
        return f"{path.name}, line {_line(tree, place)}"

    basket = basket_of(given, at)
    for section in ("machines", "disks", "storage", "egress", "requests", "other", "tokens"):
        for index, line in enumerate(getattr(basket, section)):
            line._at = at((section, index))
    return basket


def basket_of(given: dict[str, Any], at: Callable[[tuple[Any, ...]], str] | None = None) -> Basket:
    """A basket from plain values. Raises InvalidInput that names the place, and the near names of a field."""
    try:
        return Basket.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = tuple(first["loc"])
        names = ".".join(str(part) for part in place)
        where = ": ".join(part for part in (at(place) if at else "", names) if part)
        message = first["msg"].removeprefix("Value error, ")
        hint = (
            _nearest(place)
            if first["type"] == "extra_forbidden"
            else "Correct the basket; see docs/estimate.md."
        )
        if first["type"] == "extra_forbidden":
            message = "there is no such field"
        raise InvalidInput(f"{where or 'The basket'}: {message}.", hint) from None


def _line(node: yaml.Node | None, place: tuple[Any, ...]) -> int:
    """The line on which the innermost part of `place` that is written stands."""
    line = 1
    for part in place:
        found = None
        if isinstance(part, int) and node is not None and isinstance(node.value, list):
            found = node.value[part] if part < len(node.value) else None
        elif node is not None and isinstance(node.value, list):
            pairs = [pair for pair in node.value if isinstance(pair, tuple) and pair[0].value == part]
            if pairs:
                line = pairs[0][0].start_mark.line + 1
                node = pairs[0][1]
                continue
        if found is None:
            break
        node, line = found, found.start_mark.line + 1
    return line


_SECTIONS: dict[str, type[BaseModel]] = {
    "machines": MachineLine,
    "tokens": TokenLine,
    "constraints": Constraints,
}


def _nearest(place: tuple[Any, ...]) -> str:
    model = Basket if len(place) == 1 else _SECTIONS.get(str(place[0]), ThingLine)
    known = list(model.model_fields)
    near = difflib.get_close_matches(str(place[-1]), known, n=2, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known)}."
