"""A structured question through the whole agent, beside the one SQL query it comes down to."""

from __future__ import annotations

from agent.answer import answer
from agent.settings import AgentSettings
from benchmarks.timing import Row, beside
from warehouse.reader import Reader
from warehouse.settings import settings

_QUESTIONS = (
    (
        "price",
        "Quanto custa por mês uma r5.4xlarge na Virgínia?",
        "instance_type = 'r5.4xlarge' AND region = 'us-east-1'",
    ),
    ("cheapest", "Where is p5.48xlarge cheapest on demand?", "instance_type = 'p5.48xlarge'"),
    (
        "requirements",
        "cheapest machine with 8 vCPU and 32 GB in Europe",
        "vcpus >= 8 AND memory_gib >= 32 AND continent = 'europe'",
    ),
)
_ASSUMED = "operating_system = 'linux' AND tenancy = 'shared' AND purchase_option = 'on_demand'"


def run() -> list[Row]:
    """Over the snapshot in force, without any cache of answers."""
    given = AgentSettings(model="rules")
    rows = []
    with Reader.open(settings().store) as reader:
        for kind, question, condition in _QUESTIONS:
            sql = f"FROM offers WHERE {condition} AND {_ASSUMED} ORDER BY price_usd_hour LIMIT 20"
            rows.append(
                beside(
                    f"answer: {kind}",
                    lambda asked=question: answer(asked, reader=reader, settings=given),
                    "its SQL alone",
                    lambda text=sql: reader.query(text),
                    40,
                )
            )
    return rows
