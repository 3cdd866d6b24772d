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

ROWS = st.builds(
    price,
    sku_id=st.sampled_from(["a", "b", " "]),
    name=st.sampled_from(["x", "y"]),
    price=st.sampled_from(["0.1", "0.2", "0", "-1", "99999"]),
    region=st.sampled_from(["us-central1", "europe-west1", "nowhere"]),
    purchase_option=st.sampled_from(["on_demand", "spot", "reserved"]),
    currency=st.sampled_from(["USD", "EUR", "XAU"]),
    tenancy=st.sampled_from(["shared", None]),
    attributes=st.sampled_from([None, '{"free_tier": true}']),
)


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    with tempfile.TemporaryDirectory() as folder, opened_gate(Path(folder)) as opened:
        yield opened


def outcome(gate: Gate, rows: list[dict[str, Any]]) -> dict[str, Any]:
    for table in ("batches", "quarantine", "price_keys", "price_spans"):
        gate.connection.execute(f"DELETE FROM {table}")
    verdict = gate.load(rows)
    return {
        "verdict": (verdict.verdict, verdict.rows, verdict.quarantined, verdict.reasons, verdict.failures),
        "accepted": gate.accepted("price_id, name, price, tenancy, attributes"),
        "quarantine": gate.quarantine("price_id, reason, detail, likely_price, row_json"),
    }


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=12), seed=st.integers(0, 99))
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
