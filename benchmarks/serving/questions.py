"""Questions nobody has asked before, as many as wanted: of every kind people ask, in both languages."""

from __future__ import annotations

import random
from collections.abc import Iterator

from agent.evaluation.questions import own_sets, read
from warehouse.reader import Reader

_MACHINES = (
    "price of {machine} in {region}",
    "quanto custa por hora uma {machine} em {region}?",
    "how much is {count} {machine} for {days} days in {region}?",
    "{count} {machine} por {days} dias em {region}",
    "{machine} vs {other} in {region}",
    "spot price of {machine} in {region}",
    "what does {machine} cost per month in {region}?",
    "quais as especificações da {machine}?",
    "cheapest machine with {count} vCPU and {memory} GB in {region}",
    "máquina mais barata com {count} vCPUs e {memory} GB em {region}",
    "where is {machine} cheapest?",
    "how did the price of {machine} in {region} change?",
)


def own() -> list[str]:
    """Those of data/questions that lean on no other."""
    return list(dict.fromkeys(one.text for one in read(own_sets()) if not one.earlier))


def new(reader: Reader, seed: int = 1) -> Iterator[str]:
    """First those of data/questions in some order, then variations over what is on sale; no two are equal."""
    chance = random.Random(seed)  # noqa: S311 - the same questions in each run
    mine, asked = own(), set[str]()
    chance.shuffle(mine)
    places = reader.query(
        "SELECT DISTINCT instance_type, region FROM offers WHERE purchase_option = 'on_demand' ORDER BY ALL",
        limit=100_000,
    ).rows
    while True:
        if mine:
            text = mine.pop()
        else:
            machine, region = chance.choice(places)
            text = chance.choice(_MACHINES).format(
                machine=machine,
                region=region,
                other=chance.choice(places)[0],
                count=chance.randint(2, 64),
                days=chance.randint(2, 300),
                memory=chance.randint(4, 512),
            )
        if text not in asked:
            asked.add(text)
            yield text
