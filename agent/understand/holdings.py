"""Is a question about what is held, and of what: regions, machines, GPUs, models, prices, …"""

from __future__ import annotations

from dataclasses import dataclass

from agent.understand.lexicon import lexicon

_NEAR = 48  # characters between `how many` and what is counted


@dataclass(frozen=True)
class Holding:
    """`of` is a name of the lexicon's section; `counted`: how many? `exists`: is there any?"""

    of: str
    counted: bool = False
    exists: bool = False
    without: bool = False  # where it is not


def holding(
    folded: str,
    *,
    accelerators: bool,
    families: bool,
    providers: bool,
    ways: bool,
    systems: bool,
    somewhere: bool,
    priced: bool,
) -> Holding | None:
    """What is named: `ways` to buy, `somewhere` a provider or a place; `priced`: a price is spoken of."""
    words = lexicon()
    if words.has("asking", "otherwise", folded):
        return None
    counted = _after("count", folded)
    if counted and not (accelerators and counted in ("gpus", "machines")):
        return Holding(counted, counted=True)
    kind = _after("which", folded)
    if kind is None and words.has("asking", "have", folded) and not accelerators and not families:
        of = "options" if ways else "systems" if systems else "providers" if providers else None
        if of:
            return Holding(of, exists=True)
    if priced and counted is None:
        return None
    things = accelerators or families
    if things and (kind == "providers" or words.has("asking", "where", folded)):
        without = words.has("asking", "without", folded)
        exists = not without and words.has("asking", "exists", folded)
        return Holding(_where(folded), exists=exists, without=without)
    exists = words.has("asking", "exists", folded)
    if exists and accelerators and somewhere:
        return Holding("regions", exists=True)
    if exists and families and somewhere:
        return Holding(_where(folded), exists=True)
    if exists and somewhere and kind != "machines" and _after("exists", folded) == "gpus":
        return Holding("gpus", exists=True)
    if exists and somewhere and not things and _after("exists", folded) == "regions":
        return Holding("regions", exists=True)
    if families and kind == "machines":
        return Holding("machines")
    if kind and not things and (somewhere or words.has("asking", "held", folded)):
        return Holding(kind) if kind not in ("machines", "prices") else None
    return None


def _where(folded: str) -> str:
    return "countries" if lexicon().has("holdings", "countries", folded) else "regions"


def machines_counted(folded: str) -> bool:
    """`How many machines …`, and no need of so many."""
    return _after("count", folded) == "machines" and not lexicon().has("asking", "otherwise", folded)


def of_services(folded: str) -> Holding | None:
    """`Do you have database prices?`: a price is spoken of, and none is asked for."""
    words = lexicon()
    asked = words.has("asking", "exists", folded) and words.has("asking", "held", folded)
    if not asked or words.has("asking", "otherwise", folded):
        return None
    if words.has("holdings", "services", folded) or words.has("elsewhere", "service", folded):
        return Holding("services", exists=True)
    return None


def _after(cue: str, folded: str) -> str | None:
    """What stands first after the cue, and near it."""
    for match in lexicon().words("asking")[cue].finditer(folded):
        found = lexicon().found("holdings", folded[match.end() : match.end() + _NEAR])
        if found:
            return min(found, key=lambda name: found[name])
    return None
