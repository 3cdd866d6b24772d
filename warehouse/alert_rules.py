"""The rules of `alerts.toml`: what to tell, about which offers or sources, and to whom.

An address to tell holds secrets, so the file names the environment variable that has it, never the address.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from warehouse.contracts import OPERATING_SYSTEMS, PURCHASE_OPTIONS, TENANCIES
from warehouse.errors import InvalidInput
from warehouse.settings import Settings

FILE = "alerts.toml"
_MOST_PROBLEMS = 3
_ANY = "any"
_NOT_ASKED = {"name", "kind", "deliver", "language", "enabled", "filter"}

Language: TypeAlias = Literal["en", "pt"]


def _listed(value: Any) -> Any:
    """One name may stand for a list of one."""
    return [value] if isinstance(value, str) else value


def _one_of(names: Sequence[str]) -> Any:
    def check(value: Any) -> Any:
        if value not in names:
            told = {"text": str(value), "near": _near(str(value), names)}
            raise PydanticCustomError("name", "there is no {text}; {near}", told)
        return value

    return BeforeValidator(check)


def _near(name: str, known: Iterable[str]) -> str:
    """`did you mean gpu`, or the names there are."""
    names = sorted(known)
    found = get_close_matches(name.lower(), names, n=2, cutoff=0.6)
    return f"did you mean {' or '.join(found)}" if found else f"there are {', '.join(names)}"


Names: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
_AtLeast: TypeAlias = Annotated[float | None, Field(ge=0)]
_Option: TypeAlias = Annotated[str, _one_of(PURCHASE_OPTIONS)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class OfferFilter(_Strict):
    """The options of `cloud-pricing offers`, under their names. `machine` may be a pattern such as `p5*`."""

    provider: Names | None = None
    machine: Names | None = None
    gpu: Names | None = None
    place: Names | None = None
    min_vcpus: _AtLeast = None
    min_memory: _AtLeast = None
    min_gpus: _AtLeast = None
    min_gpu_memory: _AtLeast = None
    os: Annotated[str, _one_of((*OPERATING_SYSTEMS, _ANY))] = "linux"
    tenancy: Annotated[str, _one_of((*TENANCIES, _ANY))] = "shared"
    purchase_option: Annotated[tuple[_Option, ...], BeforeValidator(_listed), Field(min_length=1)] = (
        "on_demand",
    )
    own: bool = False
    source: Names | None = None


class SourceFilter(_Strict):
    source: Names | None = None
    provider: Names | None = None


class _Rule(_Strict):
    """`level` rules hold or do not, and are told when they begin to; the others tell of what happened."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)
    deliver: Names
    language: Language | None = None
    enabled: bool = True

    @property
    def level(self) -> bool:
        return False

    def parameters(self) -> dict[str, Any]:
        """The values of `sql/alerts/asked.sql` that are this rule's; those it has none of are null."""
        given = {**dict.fromkeys(_asked()), **self.model_dump(exclude=_NOT_ASKED)}
        if isinstance(self, _OfferRule | _SourceRule):
            given |= self.filter.model_dump()
        given["price_type"] = "contracted" if given.pop("own") else "list"
        asked = {name: None if value == _ANY else value for name, value in given.items()}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asked.items()}


class _OfferRule(_Rule):
    filter: OfferFilter = OfferFilter()


class _SourceRule(_Rule):
    filter: SourceFilter = SourceFilter()


class Change(_OfferRule):
    """The price of an offer moved by `min_percent` or more."""

    kind: Literal["change"]
    min_percent: Decimal = Field(Decimal(0), ge=0)
    direction: Literal["up", "down", "both"] = "both"


class Threshold(_OfferRule):
    """An offer costs less than `below_usd`, or more than `above_usd`; told again only after it did not."""

    kind: Literal["threshold"]
    below_usd: Decimal | None = Field(None, gt=0)
    above_usd: Decimal | None = Field(None, gt=0)
    per: Literal["hour", "month", "gpu_hour"] = "hour"

    @property
    def level(self) -> bool:
        return True

    @model_validator(mode="after")
    def _one_figure(self) -> Threshold:
        if (self.below_usd is None) == (self.above_usd is None):
            raise PydanticCustomError("figure", "give below_usd or above_usd, one of them")
        return self


class Cheapest(_OfferRule):
    """Another offer is the cheapest, or the cheapest costs less."""

    kind: Literal["cheapest"]
    per: Literal["hour", "gpu_hour"] = "hour"
    min_percent: Decimal = Field(Decimal(0), ge=0)


class Vanished(_OfferRule):
    """An offer is no more, from any source."""

    kind: Literal["vanished"]


class New(_OfferRule):
    """The first offer of a thing, or the first of a machine, an accelerator or a region at a provider."""

    kind: Literal["new"]
    first: Literal["offer", "machine", "gpu", "region"] = "offer"


class Stale(_SourceRule):
    """A source is older than its own limit, or than `older_than_days`."""

    kind: Literal["stale"]
    older_than_days: int | None = Field(None, ge=0)

    @property
    def level(self) -> bool:
        return True


class Refused(_SourceRule):
    """A batch of a source was refused."""

    kind: Literal["refused"]


OfferRule: TypeAlias = Change | Threshold | Cheapest | Vanished | New
SourceRule: TypeAlias = Stale | Refused
Rule: TypeAlias = Annotated[OfferRule | SourceRule, Field(discriminator="kind")]
KINDS: dict[str, type[_Rule]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model
    for model in (Change, Threshold, Cheapest, Vanished, New, Stale, Refused)
}


def _asked() -> set[str]:
    models: tuple[type[BaseModel], ...] = (OfferFilter, SourceFilter, *KINDS.values())
    return {name for model in models for name in model.model_fields} - _NOT_ASKED


class Target(_Strict):
    """Where to deliver: `url_env` names the environment variable that holds the address."""

    url_env: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")


class Rules(_Strict):
    language: Language = "en"
    deliver: dict[str, Target] = {}
    alert: tuple[Rule, ...] = ()

    @property
    def enabled(self) -> list[OfferRule | SourceRule]:
        return [rule for rule in self.alert if rule.enabled]

    def language_of(self, rule: _Rule) -> Language:
        return rule.language or self.language


def path_of(limits: Settings) -> Path:
    return Path(limits.alerts) if limits.alerts else limits.store / FILE


def read(limits: Settings) -> Rules:
    """The rules in force; none where no file was named and the store has none.

    Raises InvalidInput, which names the rule and the field.
    """
    path = path_of(limits)
    if not limits.alerts and not path.is_file():
        return Rules()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidInput(
            f"{path} cannot be read: {reason}.", "Correct CLOUD_PRICING_ALERTS, or unset it."
        ) from None
    return parsed(text, path)


def parsed(text: str, path: Path) -> Rules:
    """Raises InvalidInput."""
    try:
        written = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{path.name} is no TOML: {error}.", f"Correct {path}.") from None
    try:
        rules = Rules.model_validate(written)
        problems = _crossed(rules)
    except ValidationError as error:
        problems = [_problem(one, written) for one in error.errors(include_url=False, include_input=False)]
    if problems:
        more = f"; and {len(problems) - _MOST_PROBLEMS} more" if len(problems) > _MOST_PROBLEMS else ""
        told = "; ".join(problems[:_MOST_PROBLEMS]) + more
        raise InvalidInput(f"{path.name}: {told}.", f"Correct {path}; see docs/alerts.md.")
    return rules


def _crossed(rules: Rules) -> list[str]:
    """What is wrong between the parts of the file."""
    names = Counter(rule.name for rule in rules.alert)
    problems = [f"rule {name}: {count} rules have this name" for name, count in names.items() if count > 1]
    for rule in rules.alert:
        for target in rule.deliver:
            if target not in rules.deliver:
                near = _near(target, rules.deliver) if rules.deliver else "the file has no [deliver] table"
                problems.append(f"rule {rule.name}, deliver: there is no target {target}; {near}")
    return problems


def _problem(error: ErrorDetails, written: dict[str, Any]) -> str:
    """`rule h100, filter.gpus: there is no such field; did you mean gpu`, without what was written there."""
    place = [str(part) for part in error["loc"]]
    model: type[BaseModel] = Rules
    where = "the file"
    if place[:1] == ["alert"] and len(place) > 1:
        rule = written["alert"][int(place[1])]
        kind = rule.get("kind") if isinstance(rule, dict) else None
        name = rule.get("name", f"number {int(place[1]) + 1}") if isinstance(rule, dict) else "of no table"
        where, place = f"rule {name}", place[2:]
        if kind in KINDS:
            model, place = KINDS[kind], place[1:]
    elif place[:1] == ["deliver"] and len(place) > 1:
        where, place, model = f"deliver.{place[1]}", place[2:], Target
    field = f", {'.'.join(place)}" if place else ""
    return f"{where}{field}: {_said(error, place, model)}"


def _said(error: ErrorDetails, place: list[str], model: type[BaseModel]) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        if model is Target:
            return "there is no such field; url_env names the environment variable that holds the address"
        if place[:1] == ["filter"]:
            inner = model.model_fields["filter"].annotation
            model = inner if isinstance(inner, type) else model
        return f"there is no such field; {_near(place[-1], model.model_fields)}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        tag = str(error.get("ctx", {}).get("tag", ""))
        return f"kind: there is no kind {tag}; {_near(tag, KINDS)}" if tag else "kind is missing"
    if model is Target and kind == "string_pattern_mismatch":
        return "this is no name of an environment variable"
    return error["msg"][:1].lower() + error["msg"][1:]
