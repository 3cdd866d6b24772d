"""How many of each machine: the number beside its name, of each, or of them."""

from __future__ import annotations

import re
from functools import cache

from agent.understand.entities import Mention
from agent.understand.lexicon import alternatives, lexicon
from agent.understand.quantities import Quantity

_COUNTS = {
    1: "an?|one|single|uma?|unica",
    2: "two|both|dois|duas|ambas|a pair of|a couple(?: of)?|um par de",
    3: "three|tres",
    4: "four|quatro",
    5: "five|cinco",
    6: "six|seis|half a dozen|meia duzia(?: de)?",
    7: "seven|sete",
    8: "eight|oito",
    9: "nine|nove",
    10: "ten|dez",
    12: "twelve|doze|a dozen|uma duzia(?: de)?",
    15: "fifteen|quinze",
    20: "twenty|vinte",
    30: "thirty|trinta",
    50: "fifty|cinquenta",
    100: "a hundred|one hundred|cem",
}
_SPELLED = alternatives(one for said in _COUNTS.values() for one in said.split("|"))
# `one` and `uma` are articles too.
SEVERAL = alternatives(one for count, said in _COUNTS.items() if count > 1 for one in said.split("|"))
_NUMBER = rf"(?<![\w.,\-/$€£])(?P<count>\d{{1,3}}(?:[.,]\d{{3}})|\d{{1,5}}|{_SPELLED})"
_BETWEEN = (
    "[x×*]", "units?(?: of)?", "unidades?(?: de)?", "of", "de", "do", "da", "the", "type", "tipo",
    "os", "nos", "more", "mais", "extra", "identical", "iguais", "aws", "azure", "gcp", "ec2", "nvidia",
    "small", "new", "nov[ao]s?",     "with", "com",
)  # fmt: skip
_COUNTED = re.compile(rf"{_NUMBER}\s(?:nvidia\s)?$")
_AFTER = re.compile(
    r"\s*\(?\s?(?:[x×*]\s?(?P<times>\d{1,4})(?!\w|[.,]\d)|\((?P<count>\d{1,4})(?: un\w+)?\)"
    r"|(?P<before>\d{1,4})[x×](?!\w))"
)
_OF_EACH = re.compile(r"(?<![\w.,])(\d{1,4})\s+(?:of each|each|de cada|cada)(?![a-z])")
_OF_THEM = re.compile(
    r"(?<![\w.,])(\d{1,4})\s+(?:of (?:them|those|these)|(?:delas|deles|dessas|desses|destas|destes))(?![a-z])"
)
_EITHER = re.compile(r"(?<![a-z])(?:or|vs\.?|versus|ou|x|than|do que|against|contra)(?![a-z])")


def counts(folded: str, found: list[Mention]) -> tuple[tuple[str, int], ...]:
    """Machines with the number that stands beside each name; empty where none does."""
    named = [m for m in found if m.kind in ("machine", "unknown_machine") and not m.excluded]
    said = {m.start: _beside(folded, m) for m in named}
    counted = [count for count in said.values() if count is not None]
    each = _OF_EACH.search(folded)
    if not counted:
        return tuple((_name(m), int(each.group(1))) for m in named) if each and named else ()
    otherwise = max(counted) if _EITHER.search(folded) else 1
    pairs = [(_name(m), said[m.start] or otherwise) for m in named]
    return tuple(dict(reversed(pairs)).items())[::-1]


def _name(mention: Mention) -> str:
    return str(mention.value[0].name) if mention.kind == "machine" else mention.text


def _beside(folded: str, mention: Mention) -> int | None:
    after = _AFTER.match(folded, mention.end)
    if after:
        return max(1, int(after["times"] or after["count"] or after["before"]))
    before = _before().search(folded[: mention.start])
    if not before:
        return None
    return max(1, number(before["count"]))


def number(word: str) -> int:
    """`1.000`, `three` or `duas` as a number."""
    digits = re.sub(r"\D", "", word)
    return int(digits) if digits else next(n for n, said in _COUNTS.items() if re.fullmatch(said, word))


def machines_with(folded: str, mention: Mention) -> int | None:
    """`3 H100 machines` are three machines, not three GPUs."""
    if mention.kind != "accelerator" or not _boxes().match(folded, mention.end):
        return None
    before = _COUNTED.search(folded[: mention.start])
    return number(before["count"]) if before else None


@cache
def _boxes() -> re.Pattern[str]:
    return re.compile(rf"\s(?:gpu )?{alternatives(lexicon().entries['units']['machine'])}(?![a-z])")


@cache
def _before() -> re.Pattern[str]:
    """A number before a name, with between them only how the machines are bought and what they run."""
    words = lexicon().entries
    sections = ("purchase_options", "operating_systems", "tenancies")
    bought = (one for section in sections for said in words[section].values() for one in said)
    between = alternatives([*bought, *words["units"]["machine"], *_BETWEEN])
    return re.compile(rf"{_NUMBER}(?:\s*[x×*]\s*|\s+)(?:{between}\s+){{0,5}}$")


def together(folded: str, numbers: list[Quantity], found: list[Mention]) -> int:
    """How many there are, where no number stands beside a name."""
    boxes = next((count for mention in found if (count := machines_with(folded, mention))), None)
    if boxes:
        return boxes
    pointed = _OF_THEM.search(folded)
    if pointed:
        return max(1, int(pointed.group(1)))
    counted = [n for n in numbers if n.unit == "machine" and n.bound == "exact"]
    return max(1, int(counted[0].value)) if counted else 1
