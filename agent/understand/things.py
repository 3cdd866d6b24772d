"""What is no machine and sold by the GB: disks, storage, traffic."""

from __future__ import annotations

import re
from decimal import Decimal

from agent.understand.lexicon import lexicon
from agent.understand.quantities import Quantity
from agent.understand.vocabulary import Vocabulary

_PER_GB = re.compile(
    r"(?<!\w)(?:(?:per|an?|each|by the|por|o|cada|do|pelo) ?(?:gi?b|giga(?:byte)?s?)"
    r"|gb[-/ ](?:month|mes))(?![a-z])"
)
_OF = re.compile(r"\s*(?:of |de |em |in )?(?:an? )?")


def things(folded: str, numbers: list[Quantity]) -> list[tuple[str, Quantity]]:
    """`500 GB of gp3`: what is no machine, with its amount in GB."""
    found = [one for one in (_each_gb(folded),) if one]
    for item in numbers:
        start = _OF.match(folded, item.end)
        if item.unit != "gib" or start is None:
            continue
        words = lexicon().words("things").items()
        after = [name for name, said in words if said.match(folded, start.end())]
        before = [name for name, said in words if _ends_with(said, folded[: item.start])]
        found += [(name, item) for name in [*after, *before][:1]]
    return found


def _ends_with(said: re.Pattern[str], before: str) -> bool:
    """`egress 1 TB`, `pd-ssd 500 GB`: the amount said after the name."""
    return any(_OF.fullmatch(before, match.end()) for match in said.finditer(before))


def elsewhere(text: str, folded: str, words: Vocabulary) -> str | None:
    """A service of which no price is held, as written."""
    match = lexicon().words("elsewhere")["service"].search(folded)
    if match is None or lexicon().first("things", match.group()) in words.services:
        return None
    return text[match.start() : match.end()]


def _each_gb(folded: str) -> tuple[str, Quantity] | None:
    """`the price of pd-ssd per GB`: of one GB."""
    each = _PER_GB.search(folded)
    if each is None:
        return None
    said = (
        (name, match) for name, words in lexicon().words("things").items() if (match := words.search(folded))
    )
    first = min(said, key=lambda one: (one[1].start(), -one[1].end()), default=None)
    return (first[0], Quantity(Decimal(1), "gib", "exact", *each.span())) if first else None
