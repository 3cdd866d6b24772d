"""What is odd about Coroot's file."""

import gzip
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from ingest.source import Payload
from ingest.sources import coroot
from tests.ingest.replay import FIXTURES
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

EC2 = Scope("aws", "AmazonEC2", None, ("spot",))
DOCUMENT = (FIXTURES / "coroot" / "cloud-pricing.json").read_bytes()


def rows(payloads: Sequence[Payload]) -> list[dict[str, Any]]:
    (tables,) = coroot.parse(payloads)
    listed: list[dict[str, Any]] = tables.tables["prices"].to_pylist()
    return listed


def test_only_what_can_be_told_apart_is_read(recorded: Callable[..., Any]) -> None:
    of = {scope.provider: rows(payloads) for scope, payloads in recorded("coroot")}
    assert {(row["provider"], row["purchase_option"]) for found in of.values() for row in found} == {
        ("gcp", "on_demand"), ("gcp", "spot"), ("aws", "spot"),
    }  # fmt: skip
    assert {row["instance_type"] for row in of["aws"]} & {"c5", "p3.2xlarge"} == set()  # a host, an unknown
    (n2,) = [
        row for row in of["gcp"]
        if (row["instance_type"], row["region"], row["purchase_option"]) == ("n2-standard-8", "us-central1", "spot")
    ]  # fmt: skip
    assert n2["price"] == Decimal("0.09416")


def test_it_is_read_packed_and_unpacked_alike(keep: Callable[..., Any]) -> None:
    plain = keep("coroot", EC2, {"cloud-pricing.json": DOCUMENT})
    packed = keep("coroot", EC2, {"cloud-pricing.json.gz": gzip.compress(DOCUMENT)})
    assert [row["price"] for row in rows(plain)] == [row["price"] for row in rows(packed)]
    for broken in (gzip.compress(DOCUMENT)[:-20], b"\x1f\x8bnot packed", b'{"aws": {}}', b"[]"):
        with pytest.raises(PayloadInvalid):
            rows(keep("coroot", EC2, {"cloud-pricing.json.gz": broken}))
