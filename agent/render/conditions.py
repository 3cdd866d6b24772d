"""The conditions of a question, in words."""

from __future__ import annotations

from agent.render import formats
from agent.render.basis import how
from agent.render.page import Page
from agent.understand.reading import Reading

_NEEDS = ("min_vcpus", "max_vcpus", "min_memory_gib", "max_memory_gib", "min_gpu_memory_gib")


def described(page: Page, reading: Reading) -> str:
    needs = reading.needs
    parts = [
        page.say(f"condition.{name}", n=page.number(getattr(needs, name)))
        for name in _NEEDS
        if getattr(needs, name) is not None
    ]
    if needs.min_gpus is not None and needs.min_gpus == needs.max_gpus:
        parts.append(page.say("condition.exact_gpus", n=page.number(needs.min_gpus)))
    else:
        names = ("min_gpus", "max_gpus")
        parts += [
            page.say(f"condition.{name}", n=page.number(getattr(needs, name)))
            for name in names
            if getattr(needs, name) is not None
        ]
    parts += [page.joined(reading.accelerators)] if reading.accelerators else []
    parts += [page.joined(reading.family_names())] if reading.families else []
    if needs.bare_metal is not None:
        parts.append(page.word("condition", "bare_metal" if needs.bare_metal else "no_bare_metal"))
    if needs.shape:
        parts.append(page.word("condition", needs.shape))
    if needs.architecture:
        parts.append(page.word("condition", needs.architecture))
    if needs.max_price is not None:
        price = formats.rate(needs.max_price, needs.max_price_currency, page.language)
        parts.append(page.say("condition.max_price", n=f"{price}/{page.word('unit', needs.max_price_per)}"))
    parts += [page.provider(name) for name in reading.providers]
    parts += [place.label(page.language) for place in reading.places]
    parts += [page.say("condition.not_in", n=place.label(page.language)) for place in reading.excluded_places]
    parts += [page.say("condition.not_from", n=page.provider(name)) for name in reading.excluded_providers]
    return ", ".join([*parts, how(page, reading, assumed=None)])
