"""Several questions in one message: `what is the cheapest H100 and how much is an A100?`."""

from __future__ import annotations

import re

from agent.understand.fold import fold
from agent.understand.intent import sql_of

_MOST = 4
_ASKS = (
    r"(?:how (?:much|many|long|old|fresh)|what|which|where|when|why|is there|are there|does|do|is|can|"
    r"compare|list|show|convert|quanto|quantos|quantas|quanta|qual|quais|onde|quando|por que|como|existe|"
    r"liste|mostre|convert[ae]r?|o que|tem)"
)
# A full stop ends a question only where another one begins; `, and how much` and `; e quanto` begin one too.
_END = re.compile(
    rf"\?+\s+(?=\S)|[.!;]\s+(?=(?:(?:and|e|also|tambem),? )?{_ASKS}\b)|\n+"
    # In Portuguese `e do` goes on: "o preço do A e do B".
    rf"|,?\s+(?=(?!e do\b)(?:and|and also|e|e tambem|mas|but)\s+{_ASKS}(?:['’]s)?\s)",
)
_BEGINS = re.compile(rf"(?:\W|and |e |also,? |tambem |but |mas |then |entao )*{_ASKS}\b")


def parts(question: str) -> list[str]:
    """The questions a message asks, in order; what is only said goes with the question after it.

    One part is the message as it is: what it cannot be cut into is no list of questions.
    """
    text = question.strip()
    if sql_of(text):
        return [text]
    folded = fold(text)
    if len(folded) != len(text):
        return [text]
    cuts = list(_END.finditer(folded))
    starts = [0, *(match.end() for match in cuts)]
    ends = [*(match.start() + len(match.group().rstrip()) for match in cuts), len(text)]
    found: list[str] = []
    said = ""
    for start, end in zip(starts, ends, strict=True):
        piece = text[start:end].strip()
        whole = f"{said} {piece}".strip()
        if _BEGINS.match(fold(piece)) or piece.endswith("?"):
            found.append(whole)
            said = ""
        else:
            said = whole
    if said and found:
        found[-1] = f"{found[-1]} {said}"
    return found[:_MOST] if len(found) > 1 else [text]
