"""Nothing is dropped silently and the order of rows is of no account, whatever is wrong with them."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.quality_batches import Gate, opened_gate, price

# Mostly one and the same thing, so that rows meet; each with at most one thing wrong or different.
CHANGES: list[dict[str, Any]] = [
    {},
    {},
    {"tenancy": None},
    {"sku_id": "b"},
    {"price": "0.2"},
    {"price": "0"},
    {"price": "0", "attributes": '{"free_tier": true}'},
    {"price": "-1"},
    {"price": "99999"},
    {"region": "nowhere"},
    {"currency": "XAU"},
    {"sku_id": " "},
    {"purchase_option": "reserved"},
    {"purchase_option": "spot", "price": "0.9"},
]
ROWS = st.builds(
    lambda change, name: price(**change, name=name), st.sampled_from(CHANGES), st.sampled_from(["x", "y"])
)


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    with tempfile.TemporaryDirectory() as folder, opened_gate(Path(folder)) as opened:
        yield opened


def outcome(gate: Gate, rows: list[dict[str, Any]]) -> dict[str, Any]:
    for table in ("batches", "quarantine", "open_spans", "past_spans", "price_keys"):
        gate.connection.execute(f"DELETE FROM {table}")
    verdict = gate.load(rows)
    return {
        "verdict": (verdict.verdict, verdict.rows, verdict.quarantined, verdict.reasons, verdict.failures),
        "accepted": gate.accepted("price_id, name, price, tenancy, attributes"),
        "quarantine": gate.quarantine("price_id, reason, detail, likely_price, row_json"),
    }


@settings(max_examples=12, derandomize=True, database=None)
@given(rows=st.lists(ROWS, min_size=3, max_size=12), seed=st.integers(0, 99))
def test_every_staged_row_is_accepted_or_in_quarantine_in_any_order(
    gate: Gate, rows: list[dict[str, Any]], seed: int
) -> None:
    found = outcome(gate, rows)
    assert len(found["accepted"]) + len(found["quarantine"]) == len(rows)
    assert found["verdict"][2] == len(found["quarantine"]) == sum(found["verdict"][3].values())
    ids = [row[0] for row in found["accepted"]]
    assert len(set(ids)) == len(ids)
    assert None not in ids
    assert not set(ids) & {row[0] for row in found["quarantine"]}

    shuffled = random.Random(seed).sample(rows, len(rows))
    assert outcome(gate, shuffled) == found
