"""The numbers of a question, given their meaning: needs, ways of buying."""

from __future__ import annotations

import re
from decimal import Decimal

from agent.terms import HOURS_A_MONTH
from agent.understand.counts import SEVERAL, machines_with, number
from agent.understand.entities import Mention
from agent.understand.lexicon import lexicon
from agent.understand.quantities import Quantity, bound_of
from agent.understand.quantities import number as quantity
from agent.understand.reading import Needs, Purchase

_COUNT_BEFORE = re.compile(
    rf"(?<![\w.,\-$€])(\d{{1,4}}|{SEVERAL}(?=\s))\s*(?:[x×]|units? of|unidades? de)?\s*"
    r"(?P<more>\+\s?|(?:or|ou) (?:more|mais)\s)?(?:the\s|de\s|of\s|nvidia\s)?$"
)
_COUNT_AFTER = re.compile(r"\s?(?:[x×]\s?(?P<x>\d{1,3})|(?P<n>\d{1,3})\s?[x×])(?![\w.])")
_TERM = re.compile(
    r"(?<![a-z0-9])(?:(\d|an?|one|um|uma|two|dois|three|tres|five|cinco)[\s\-]*(years?|yrs?|anos?)(?![a-z])|(\d\d)[\s\-]*(?:months?|meses))"
)
_TERM_WORDS = {"a": 1, "an": 1, "one": 1, "um": 1, "uma": 1, "two": 2, "dois": 2, "three": 3, "tres": 3}
_TERM_WORDS |= {"five": 5, "cinco": 5}
_GPU_BEFORE = re.compile(
    r"(?:gpus?|vram|placas?|gpu memory|memoria (?:de|da|por) (?:gpu|video))\s[\w\s≥>=]{0,28}$"
)
_GPU_AFTER = re.compile(
    r"\s*(?:of |de )?(?:vram|(?:gpu|video|graphics)(?: memory| ram)?s?|memoria (?:de|da|por) (?:gpu|video)"
    r"|each|cada|"
    r"(?:ram |memory |memoria )?(?:per|por|/) ?gpu|(?:\w+ )?gpus?)(?![a-z])"
)
# Of all GPUs of a machine together: `160 GB of GPU memory in one machine`.
_TOTAL = re.compile(
    r"(?<![a-z])(?:in total|total|altogether|combined|in (?:one|a single) "
    r"(?:machine|box|node|server|instance)|"
    r"no total|somad[ao]s?|ao todo|numa (?:maquina|instancia)"
    r"|uma (?:unica (?:maquina|instancia)|(?:maquina|instancia) (?:so|unica)))(?![a-z])"
)
_STORAGE_BEFORE = re.compile(
    r"(?:disks?|storage|ssds?|nvmes?|discos?|armazenamento)(?: local)? (?:of |de |com )?"
    r"(?:at least |over |above |more than |(?:pelo|ao) menos |mais de |acima de |a partir de )?$"
)
_PERCENT = r"\d{1,2}(?:[.,]\d{1,2})?\s?(?:%|percent|per cent|por cento)"
_OFF = re.compile(
    rf"(?P<before>{_PERCENT}) (?:off|discount|(?:de )?desconto|de abatimento|negotiated|negociad[ao]s?)"
    r"(?![a-z])"
    rf"|(?:discount|desconto|abatimento)(?: of| de)? (?P<after>{_PERCENT})"
)
_MOST_OF_A_GPU = 300  # GiB: more is asked of several together
_STORAGE = re.compile(r"\s*(?:of |de )?(?:ssd|nvme|disk|storage|disco|armazenamento|local)")


_LOOSE = ("vcpus", "memory_gib", "gpu_memory_gib")


def needs(folded: str, numbers: list[Quantity], found: list[Mention], *, exact: bool) -> Needs:
    """`exact` reads `8 vCPUs` as exactly eight; else as at least eight."""
    exact = exact or lexicon().has("needs", "exactly", folded)
    values: dict[str, float] = {}
    for item in numbers:
        name = _need(item, folded)
        if name is None:
            continue
        value = _within(item, name)
        if item.bound in ("min", "exact"):
            values.setdefault(f"min_{name}", value)
        if item.bound == "max" or (
            item.bound == "exact" and (name == "gpus" or exact) and "gpu_memory" not in name
        ):
            values.setdefault(f"max_{name}", value)
    beside = (tuple(_gpus_beside(folded, mention)) for mention in found if mention.kind == "accelerator")
    counts = {bounds for bounds in beside if bounds}
    for bound, count in counts.pop() if len(counts) == 1 else ():  # `2 T4 or 1 L4` are compared by the GPU
        values.setdefault(f"{bound}_gpus", count)
    for name in ("gpu_memory_gib", "total_gpu_memory_gib", "local_storage_gb"):
        values.pop(f"max_{name}", None)
    words = lexicon()
    price, least = _prices(folded, numbers)
    if words.has("needs", "no_gpus", folded):
        values = {name: value for name, value in values.items() if "gpu" not in name}
    return Needs(
        **values,
        no_gpus=words.has("needs", "no_gpus", folded),
        no_burstable=words.has("needs", "no_burstable", folded),
        bare_metal=_bare_metal(folded),
        cpu=next((name for name in ("intel", "amd") if words.has("needs", name, folded)), None),
        min_price=least.value if least else None,
        loose=not exact and any(n.bound == "exact" and _need(n, folded) in _LOOSE for n in numbers),
        shape=lexicon().first("shapes", folded),
        architecture=lexicon().first("architectures", folded),
        max_price=price.value if price else None,
        max_price_per=next(
            (one.per for one in (price, least) if one and one.per in ("hour", "month")), "hour"
        ),
        max_price_currency=next((one.unit for one in (price, least) if one and one.unit), "USD"),
    )


def _bare_metal(folded: str) -> bool | None:
    words = lexicon()
    if words.has("needs", "no_bare_metal", folded):
        return False
    return True if words.has("needs", "bare_metal", folded) else None


def _gpus_beside(folded: str, mention: Mention) -> list[tuple[str, float]]:
    """`8x H100`, `8 H100`, `four H100`, `H100 x8` and `H100 8x` are both bounds, `4 or more H100` is one."""
    if machines_with(folded, mention):
        return []
    before = _COUNT_BEFORE.search(folded[: mention.start])
    after = _COUNT_AFTER.match(folded, mention.end)
    count = before.group(1) if before else (after["x"] or after["n"]) if after else None
    if count is None:
        return []
    bound, strict = bound_of(folded, before.start(1), before.end(1)) if before else ("exact", False)
    if before and before["more"]:
        bound = "min"
    value = float(number(count)) + (0 if not strict else 1 if bound == "min" else -1)
    return [(one, value) for one in ("min", "max") if bound in (one, "exact")]


def _prices(folded: str, numbers: list[Quantity]) -> tuple[Quantity | None, Quantity | None]:
    """The most and the least that may be paid; money one has to spend is the most."""
    money = [item for item in numbers if item.is_money]
    most = next((item for item in money if item.bound == "max"), None)
    if most is None and (lexicon().has("needs", "budget", folded) or lexicon().found("paid_for", folded)):
        most = next((item for item in money if item.bound == "exact"), None)
    return most, next((item for item in money if item.bound == "min"), None)


def paid(folded: str, numbers: list[Quantity]) -> Decimal | None:
    """USD an hour that the question asks the worth of: `I pay $3.50/h for an A100, is that fair?`"""
    if not lexicon().has("asking", "judge", folded):
        return None
    money = [item for item in numbers if item.unit == "USD" and item.bound == "exact" and item.value > 0]
    return money[0].value / (HOURS_A_MONTH if money[0].per == "month" else 1) if len(money) == 1 else None


def percent_off(folded: str, language: str) -> Decimal | None:
    """`with 20% off list`, `com desconto de 12%`: a discount of one's own, between 0 and 100."""
    said = _OFF.search(folded)
    percent = quantity(said["before"] or said["after"], language) if said else Decimal(0)
    return percent if 0 < percent < 100 else None


def _within(item: Quantity, name: str) -> float:
    """The bound itself: `more than 64 cores` is 65 or more, `more than 32 GB` a little over 32."""
    if not item.strict:
        return float(item.value)
    step = 1.0 if name in ("vcpus", "gpus") else 0.001
    return float(item.value) + (step if item.bound == "min" else -step)


def _need(item: Quantity, folded: str) -> str | None:
    if item.unit == "vcpu":
        return "vcpus"
    if item.unit == "gpu":
        return "gpus"
    if item.unit != "gib":
        return None
    before, after = folded[max(0, item.start - 60) : item.start], folded[item.end : item.end + 30]
    if _STORAGE.match(after) or _STORAGE_BEFORE.search(before):
        return "local_storage_gb"
    about_gpu = item.per == "each" or _GPU_AFTER.match(after)
    about_ram = re.match(
        r"\s*(?:of |de )?(?:ram|memory|memoria)(?! (?:per|por|de|da) (?:gpu|video)| each| cada)", after
    )
    if about_gpu or (_GPU_BEFORE.search(before) and not about_ram):
        if item.value > _MOST_OF_A_GPU:
            return "total_gpu_memory_gib"
        return "total_gpu_memory_gib" if item.per != "each" and _TOTAL.search(folded) else "gpu_memory_gib"
    return "memory_gib"


def purchase(folded: str) -> Purchase:
    """The way of buying, with the defaults a question leaves out: on demand, Linux, shared, list price."""
    words = lexicon()
    found = words.found("purchase_options", folded)
    if words.has("interruption", "refused", folded):
        found.pop("spot", None)
    options = tuple(sorted(found, key=lambda name: found[name]))
    payment = words.first("payments", folded)
    if words.has("committing", "not_yet", folded) and not words.has("committing", "pays", folded):
        options = tuple(option for option in options if option not in _COMMITTED)
        committing = committed = False
    else:
        committed = bool(set(_COMMITTED) & set(options))
        committing = committed or words.has("committing", "any", folded)
    if committing and not committed:
        options = (*options, *_COMMITTED)  # whichever of them the provider sells
    if payment and not options:
        options = ("reserved",)  # who asks how a term is paid asks for one
    systems = words.found("operating_systems", folded)
    system = min(systems, key=lambda name: systems[name]) if systems else None
    tenancy = "host" if words.has("tenancies", "host", folded) else words.first("tenancies", folded)
    contracted = words.has("contracted", "contracted", folded)
    assumed = {"purchase_option": not options, "operating_system": not system, "tenancy": not tenancy} | {
        "price_type": not contracted
    }
    return Purchase(
        options or ("on_demand",),
        system or "linux",
        tenancy or "shared",
        "contracted" if contracted else "list",
        _term(folded) if committing or payment else None,
        payment,
        frozenset(name for name, is_assumed in assumed.items() if is_assumed),
        _classes(folded),
        committing or payment is not None,
        _term(folded),
        tuple(sorted(systems, key=lambda name: systems[name])),
    )


_COMMITTED = ("reserved", "savings_plan", "commitment")


def _classes(folded: str) -> tuple[str, ...]:
    """The classes a seller sells in, in the order in which they are named."""
    found = lexicon().found("offering_classes", folded)
    return tuple(sorted(found, key=lambda name: found[name]))


def _term(folded: str) -> int | None:
    """In months; None where no term is said, or more than one."""
    terms = {
        int(months) if months else 12 * (_TERM_WORDS.get(years) or int(years))
        for years, _, months in _TERM.findall(folded)
    }
    return terms.pop() if len(terms) == 1 else None
