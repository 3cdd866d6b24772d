"""What a question names, counted, and which of the lexicon's words stand in it."""

from __future__ import annotations

from dataclasses import dataclass

from agent.understand.lexicon import lexicon


@dataclass(frozen=True)
class Named:
    """How many things of each kind the question names."""

    machines: int
    accelerators: int
    models: int
    providers: int
    places: int
    families: int
    options: int
    unknown_machines: int
    unknown_models: int
    systems: int
    classes: int  # of offerings, such as secure and community cloud
    sellers: int  # of language models, who sell no machines
    committing: bool = False  # a commitment for a term

    def hardware(self) -> int:
        return self.machines + self.unknown_machines + self.accelerators + self.families

    def anything(self) -> bool:
        return bool(self.hardware() + self.models + self.providers + self.places)


class Cues:
    """Which of the lexicon's intent words stand in the question."""

    def __init__(self, folded: str) -> None:
        self.folded = folded

    def __call__(self, name: str) -> bool:
        return lexicon().has("intents", name, self.folded)

    def spec(self) -> bool:
        return lexicon().has("needs", "spec", self.folded)

    def asks_facts(self) -> bool:
        """`how much memory` asks for no price, and the rest of the question for none either."""
        words = lexicon()
        rest = Cues(words.words("needs")["fact"].sub(" ", self.folded))
        said = rest.folded != self.folded or self("specs")
        return said and not (rest.generic("price") or rest("cheapest") or self("list"))

    def elsewhere(self) -> bool:
        return lexicon().has("elsewhere", "service", self.folded)

    def free(self) -> bool:
        return lexicon().has("free", "free", self.folded)

    def generic(self, name: str) -> bool:
        return lexicon().has("generic", name, self.folded)
