"""The words of a tool call become parameters of a served query."""

from __future__ import annotations

from agent.context import Context
from agent.understand.fold import key, phrase
from agent.understand.makers import makers_first
from agent.understand.spelling import model_key
from agent.understand.typos import nearest_machine, similar_machines
from agent.understand.vocabulary import LlmModel, Pair
from warehouse.errors import UnknownName

Names = list[str] | None


def machine_names(context: Context, names: Names) -> Names:
    """Names as the snapshot writes them. Raises UnknownName with the nearest ones."""
    if not names:
        return None
    written: list[str] = []
    for name in names:
        found = context.words.machines.get(key(name)) or nearest_machine(key(name), context.words)
        if not found:
            near = ", ".join(similar_machines(key(name), context.words)) or "none is similar"
            raise UnknownName(f"No machine is called {name} in this snapshot.", f"Nearest names: {near}.")
        written += [machine.name for machine in found]
    return list(dict.fromkeys(written))


def accelerator_names(context: Context, names: Names) -> Names:
    """Every canonical name a spelling stands for. Raises UnknownName."""
    if not names:
        return None
    written: list[str] = []
    for name in names:
        exact = [canonical for canonicals in context.words.accelerators.values() for canonical in canonicals]
        found = (name,) if name in exact else context.words.accelerators.get(key(name))
        if not found:
            raise UnknownName(f"No accelerator is called {name}.", "Try H100, A100-80GB, L4 or T4.")
        written += found
    return list(dict.fromkeys(written))


def provider_names(names: Names) -> Names:
    if not names:
        return None
    return [name.strip().lower() for name in names]


def regions(context: Context, places: Names, *, sold: bool = False) -> Names:
    """`provider/region` of every region that lies in any of the places. Raises UnknownName.

    A wide place leaves out the regions set apart for governments; their own names mean them. Of those without
    a machine's price `sold` leaves out all: a short list is searched sooner.
    """
    found = _each(context, places)
    if not found:
        return None
    pairs = frozenset[Pair]().union(*map(context.words.open_to_all, found))
    return _written(pairs & context.words.sold if sold else pairs)


def not_regions(context: Context, places: Names, not_places: Names) -> Names:
    """Regions with machines that lie in none of the places wanted; without any, also those of governments."""
    pairs = frozenset[Pair]().union(*_each(context, not_places)) & context.words.sold
    return _written(pairs if places else pairs | context.words.apart) or None


def _written(pairs: frozenset[Pair]) -> list[str]:
    return sorted(f"{provider}/{region}" for provider, region in pairs)


def _each(context: Context, places: Names) -> list[frozenset[Pair]]:
    """The regions of every place."""
    found: list[frozenset[Pair]] = []
    for name in places or ():
        place = context.words.place(name)
        if place is None:
            raise UnknownName(
                f"No region, city, country or continent is called {name}.",
                "Try a region code such as us-east-1.",
            )
        found.append(place.regions)
    return found


def llm_models(context: Context, name: str, provider: str | None = None) -> list[LlmModel]:
    """Every seller's model of that name. Raises UnknownName with names that share its words."""
    every = context.words.models.get(model_key(phrase(name).split()), [])
    found = [model for model in every if provider in (None, model.provider)]
    chosen = [model for model in found if name in (model.model, f"{model.provider}/{model.model}")] or found
    if not chosen:
        near = ", ".join(sorted(_sharing(context, name))[:4]) or "none is similar"
        raise UnknownName(f"No token price of {name} is in this snapshot.", f"Nearest models: {near}.")
    return makers_first(chosen)


def _sharing(context: Context, name: str) -> set[str]:
    wanted = {part for part in phrase(name).split() if len(part) > 2}
    return {
        models[0].name
        for spelling, models in context.words.models.items()
        if wanted & set(spelling.split()) and "/" not in models[0].name
    }
