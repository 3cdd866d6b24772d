"""What a question says, as data: the input of every plan, free of any language."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from agent.periods import Period
from agent.understand.exchange import Exchange
from agent.understand.holdings import Holding
from agent.understand.model_size import ModelSize
from agent.understand.vocabulary import LlmModel, Machine, Place


class Intent(StrEnum):
    PRICE = "price"
    CHEAPEST = "cheapest"
    COMPARE = "compare"
    LIST = "list"
    ESTIMATE = "estimate"
    RECOMMEND = "recommend"
    COMMITMENT = "commitment"
    TOKENS = "tokens"
    CONVERT = "convert"
    EXPLAIN = "explain"
    SPECS = "specs"
    HISTORY = "history"
    CHANGES = "changes"
    COVERAGE = "coverage"
    FRESHNESS = "freshness"
    SQL = "sql"
    HELP = "help"
    GREETING = "greeting"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Needs:
    """Least and most a machine must have; None where the question doesn't say."""

    min_vcpus: float | None = None
    max_vcpus: float | None = None
    min_memory_gib: float | None = None
    max_memory_gib: float | None = None
    min_gpus: float | None = None
    max_gpus: float | None = None
    min_gpu_memory_gib: float | None = None
    min_total_gpu_memory_gib: float | None = None
    min_local_storage_gb: float | None = None
    shape: str | None = None  # compute, memory or general: how much memory a vCPU has
    architecture: str | None = None
    cpu: str | None = None
    no_gpus: bool = False
    no_burstable: bool = False
    bare_metal: bool | None = None  # without a hypervisor; False where that is not wanted
    min_price: Decimal | None = None  # in the currency and time of max_price
    max_price: Decimal | None = None
    max_price_per: str = "hour"
    max_price_currency: str = "USD"
    loose: bool = False  # a bare `8 vCPUs` was read as at least eight

    def any_machine_needs(self) -> bool:
        named = (
            self.min_vcpus, self.max_vcpus, self.min_memory_gib, self.max_memory_gib, self.min_gpus,
            self.min_gpu_memory_gib, self.min_total_gpu_memory_gib, self.min_local_storage_gb,
            self.architecture, self.cpu, self.shape, self.bare_metal,
        )  # fmt: skip
        return self.no_gpus or self.no_burstable or any(value is not None for value in named)


@dataclass(frozen=True)
class Purchase:
    """The way of buying; `assumed` names what the question left to the defaults."""

    options: tuple[str, ...] = ("on_demand",)
    operating_system: str = "linux"
    tenancy: str = "shared"
    price_type: str = "list"
    term_months: int | None = None
    payment: str | None = None
    assumed: frozenset[str] = frozenset()
    offering_classes: tuple[str, ...] = ()
    committing: bool = False  # binding oneself for a term, by whatever name
    span_months: int | None = None  # the one stretch of time said: the term, where a commitment is spoken of
    systems: tuple[str, ...] = ()  # every operating system the question names


@dataclass(frozen=True)
class Usage:
    """How many machines for how long; `hours` None where the question doesn't say."""

    machines: int = 1
    hours: Decimal | None = None
    counts: tuple[tuple[str, int], ...] = ()  # of each machine, where several are named

    def of(self, machine: str) -> int:
        return dict(self.counts).get(machine, self.machines)


@dataclass(frozen=True)
class Workload:
    """Tokens by role; `unassigned` are tokens whose role the question leaves open."""

    input: Decimal = Decimal(0)
    output: Decimal = Decimal(0)
    cached_input: Decimal = Decimal(0)
    cache_write: Decimal = Decimal(0)
    cache_write_1h: Decimal = Decimal(0)
    unassigned: Decimal = Decimal(0)
    every: str | None = None  # the amounts are of each day, week, month or year
    prompt: Decimal | None = None  # tokens of one prompt, which its rate may depend on
    texts: tuple[str, ...] = ()  # what was counted as tokens: words, pages, characters

    def sent(self) -> Decimal:
        return self.input + self.cached_input + self.cache_write + self.cache_write_1h + self.unassigned

    def total(self) -> Decimal:
        return self.sent() + self.output


@dataclass(frozen=True)
class TokenTerms:
    """What of a language model is asked about."""

    kinds: tuple[str, ...] = ()  # of tokens, in the order in which they are named
    service: str | None = None  # batch, flex, priority, fast
    window: bool = False  # how much context it takes
    min_window: int | None = None  # tokens of context that models must take
    fact: str | None = None  # what no price list says of a model
    purpose: str | None = None  # what models are for, as their names say it
    per: Decimal | None = None  # tokens a price is wanted per, where that is no million


@dataclass(frozen=True)
class Reading:
    question: str
    language: str
    intent: Intent
    wording: str = ""  # the question without its slips, where it has any
    machines: tuple[Machine, ...] = ()
    unknown_machines: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    families: tuple[Machine, ...] = ()
    excluded_families: tuple[Machine, ...] = ()
    accelerators: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    excluded_providers: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    excluded_places: tuple[Place, ...] = ()
    models: tuple[tuple[LlmModel, ...], ...] = ()
    needs: Needs = field(default_factory=Needs)
    purchase: Purchase = field(default_factory=Purchase)
    usage: Usage = field(default_factory=Usage)
    workload: Workload = field(default_factory=Workload)
    currency: str | None = None
    exchange: Exchange | None = None
    wants_gpu: bool = False
    token_terms: TokenTerms = field(default_factory=TokenTerms)
    unknown_places: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()  # countries in which nobody has a region
    per_gpu: bool = False
    monthly: bool = False
    dearest: bool = False
    both_ends: bool = False  # the cheapest and the dearest
    how_many: int | None = None  # rows wanted
    percent_off: Decimal | None = None  # a discount of one's own that the question names
    paid: Decimal | None = None  # USD an hour that one pays or is offered, and asks about
    by_region: str | None = None  # one, several or countries: places by price are asked for
    rank: str | None = None  # of what the most is wanted, or for what the least is paid
    availability: bool = False
    elsewhere: str | None = None
    refused: str | None = None  # why nothing here can tell it: account, action, opinion, …
    holding: Holding | None = None  # what is asked about what is held
    courtesy: str | None = None  # hello, thanks, goodbye, who or well, where that is all there is
    unknown_models: tuple[str, ...] = ()
    loosely_named: tuple[tuple[str, str, int], ...] = ()  # `claude sonnet`, the model taken, of how many
    not_sellers: tuple[str, ...] = ()  # providers named that do not sell the machine named
    period: Period | None = None  # when the question speaks of, where that is not now
    extreme: str | None = None  # low or high: when it was that is asked
    since: bool = False  # since when it has been what it is
    course: bool = False  # how prices went is asked for, not what they were
    direction: str | None = None  # up or down, where it asks whether prices rose or fell
    asks_whether: bool = False  # yes or no is part of the answer
    future: bool = False
    free: bool = False
    live: bool = False  # the price of this moment is asked for
    things: tuple[tuple[str, Decimal], ...] = ()  # what is no machine, and how many GB of it
    by_how_much: bool = False  # the difference is asked for, not only which costs less
    instead: bool = False  # of the machines named one runs instead of another
    model_size: ModelSize | None = None  # of the language model that machines are sought for
    equivalent: str | None = None  # alike or cheaper: machines are sought in place of the one named
    paid_for: str | None = None  # hours, machines or tokens: what it asks how many of an amount pays for
    statistic: str | None = None  # mean or median of the prices of a machine
    light: bool = False  # the machine idles most of the time, or is to be cheap above all
    interruptible: bool = False  # the work bears being interrupted
    heard: tuple[Any, ...] = ()  # the mentions it was read from, for the question after it
    set_aside: tuple[Any, ...] = ()  # mentions of the question before it that its own took the place of
    follows: str | None = None  # the question it leans on

    def worded(self) -> str:
        return self.wording or self.question

    def machine_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(machine.name for machine in self.machines))

    def family_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(machine.family for machine in self.families if machine.family))
