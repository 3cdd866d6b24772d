"""What is asked about buying: commitments, budgets, other machines, work that bears interruption."""

from __future__ import annotations

import re

from agent.understand.cues import Cues, Named
from agent.understand.lexicon import lexicon
from agent.understand.model_size import model_size
from agent.understand.reading import Needs, Purchase

_INSTEAD = re.compile(
    r"(?<![a-z0-9])(?:or|ou|vs\.?|versus|either|instead|em vez|(?<!\d )x(?! ?\d)|against|contra|than"
    r"|do que)(?![a-z])"
)


def commits(cues: Cues, named: Named, machines: int) -> bool:
    """A term is spoken of, and what it saves, costs or takes to pay off; or of no way of buying by name."""
    not_yet, pays = (lexicon().has("committing", name, cues.folded) for name in ("not_yet", "pays"))
    if not_yet and not pays:
        return False
    if not machines or cues("commitment"):
        return machines > 0
    words = lexicon()
    of_it = (words.has("committing", name, cues.folded) for name in ("any", "asked"))
    if named.options > 1 and cues("compare") and not words.has("committing", "any", cues.folded):
        return False
    return machines == 1 and named.committing and any(of_it)


def in_place_of(cues: Cues) -> bool:
    """Another machine is sought instead of the one named."""
    return bool(lexicon().found("equivalent", cues.folded))


def bears_interruption(cues: Cues) -> bool:
    """The work may be interrupted, and no way of buying is named."""
    words = lexicon()
    tolerated, refused = (words.has("interruption", name, cues.folded) for name in ("tolerated", "refused"))
    return tolerated and not refused and not words.found("purchase_options", cues.folded)


def sized_by_a_model(cues: Cues, named: Named) -> bool:
    """Machines are sought for a language model of so many parameters."""
    hardware = named.accelerators or cues.generic("machine") or cues.generic("gpu") or cues("recommend")
    return bool(hardware) and model_size(cues.folded, "en") is not None


def paid_for(cues: Cues, needs: Needs) -> bool:
    """How long, or how many machines, an amount of money pays for."""
    return needs.max_price is not None and bool(lexicon().found("paid_for", cues.folded))


def one_or_the_other(folded: str) -> bool:
    """Of what is named one is chosen, not all of it run."""
    return bool(_INSTEAD.search(folded)) or lexicon().has("difference", "asked", folded)


def interruptible(folded: str, purchase: Purchase) -> bool:
    """Prices of machines that may be taken back are wanted too."""
    words = lexicon()
    if words.has("interruption", "refused", folded):
        return False
    return "spot" in purchase.options or words.has("interruption", "tolerated", folded)
