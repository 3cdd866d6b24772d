"""Why an answer is not in the words of the model that was asked first."""

from __future__ import annotations

from collections.abc import Sequence

from agent.asking import Failed
from agent.model_choice import RULES
from agent.render.page import Page

_REASONS = ("slow", "tokens", "calls", "ungrounded", "silent", "idle", "vague", "prompt", "address")


def handed_over(failed: Sequence[Failed], answered: str, page: Page) -> list[str]:
    """One caveat for each model that failed; the last says who answered."""
    then = page.say("handing.rules") if answered == RULES else page.say("handing.model", model=answered)
    lines = []
    for index, one in enumerate(failed, 1):
        known = one.reason in _REASONS
        why = page.say(f"handing.{one.reason if known else 'error'}", message=one.reason.rstrip("."))
        end = then if index == len(failed) else ""
        lines.append(page.say("caveat.handed_over", model=one.model, why=why, then=end).strip())
    return lines
