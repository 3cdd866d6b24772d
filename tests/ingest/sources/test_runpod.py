"""What is odd about RunPod's prices."""

import gzip
import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.client import Client
from ingest.normalize import reference
from ingest.source import Payload, Selection
from ingest.sources import runpod
from tests.ingest.replay import FIXTURES, Replay
from tests.ingest.rows import Rows, some
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

Keep = Callable[..., list[Payload]]
RECORDED = (
    Path(__file__).resolve().parents[4] / "shared/pricelists/gpu-clouds/gpu-radar/2026-08-17/runpod.json.gz"
)
H100 = "NVIDIA H100 80GB HBM3"


@pytest.fixture
def rows(recorded: Callable[[str], Sequence[tuple[Scope, list[Payload]]]]) -> Callable[..., Rows]:
    def of(table: str = "prices") -> Rows:
        ((_, payloads),) = recorded("runpod")
        (tables,) = runpod.parse(payloads)
        listed: Rows = tables.tables[table].to_pylist()
        return listed

    return of


def test_secure_and_community_cloud_are_kept_apart(rows: Callable[..., Rows]) -> None:
    prices = some(rows(), instance_type=f"1x {H100}")
    assert {(row["offering_class"], row["purchase_option"]): row["price"] for row in prices} == {
        ("secure", "on_demand"): Decimal("3.28"),
        ("secure", "spot"): Decimal("1.75"),
        ("community", "on_demand"): Decimal("2.68"),
        ("community", "spot"): Decimal("1.5"),
    }
    assert {row["region"] for row in prices} == {"global"}


def test_a_machine_of_several_costs_as_many_times_the_price(rows: Callable[..., Rows]) -> None:
    secure = some(rows(), offering_class="secure", purchase_option="on_demand")
    assert some(secure, instance_type=f"8x {H100}")[0]["price"] == Decimal("26.24")
    counts = {row["instance_type"].split("x ")[0] for row in secure if "4090" in row["instance_type"]}
    assert counts == {"1", "2", "4"}


def test_a_filler_price_of_a_cloud_it_is_not_in_is_no_price(rows: Callable[..., Rows]) -> None:
    prices = rows()
    clouds = {row["offering_class"] for row in prices if "MI300X" in row["sku_id"]}
    assert clouds == {"secure"}
    assert {row["offering_class"] for row in prices if "RTX 3070" in row["sku_id"]} == {"community"}
    assert not [row for row in prices if row["price"] == 0 or row["sku_id"].startswith("unknown")]


def test_a_price_of_zero_where_it_is_sold_goes_to_the_gate(keep: Keep) -> None:
    kind = {
        "id": "NVIDIA L4",
        "displayName": "L4",
        "memoryInGb": 24,
        "secureCloud": True,
        "communityCloud": False,
        "securePrice": 0,
        "communityPrice": 0.5,
    }
    other = {**kind, "id": "NVIDIA L40", "displayName": "L40", "securePrice": 0.8}
    content = json.dumps({"data": {"gpuTypes": [kind, other]}}).encode()
    (tables,) = runpod.parse(keep("runpod", Scope("runpod", "Pods"), {"gpu-types.json": content}))
    assert sorted(tables.tables["prices"]["price"].to_pylist()) == [0, Decimal("0.8")]


def test_a_list_of_nothing_but_zeroes_is_refused(keep: Keep) -> None:
    content = (FIXTURES / "runpod" / "gpu-types.json").read_text(encoding="utf-8")
    zeroes = re.sub(r'(Price": )[0-9.]+', r"\g<1>0", content).encode()
    with pytest.raises(PayloadInvalid, match="asks nothing"):
        list(runpod.parse(keep("runpod", Scope("runpod", "Pods"), {"gpu-types.json": zeroes})))


def test_what_a_machine_is_as_far_as_it_is_in_stock(rows: Callable[..., Rows]) -> None:
    machines = {row["instance_type"]: row for row in rows("instance_types")}
    h100, sold_out = machines[f"8x {H100}"], machines["1x NVIDIA GeForce RTX 3070"]
    assert (h100["accelerator"], h100["accelerator_count"], h100["vcpus"]) == ("H100", 8, 160)
    assert (sold_out["accelerator"], sold_out["vcpus"], sold_out["memory_gib"]) == ("RTX3070", None, None)
    assert machines["1x NVIDIA A100-SXM4-40GB"]["accelerator"] == "A100-40GB"
    sliced = machines["2x NVIDIA RTX PRO 6000 Blackwell Server Edition MIG 1g.24gb"]
    assert (sliced["accelerator"], sliced["accelerator_count"]) == ("RTX-PRO-6000", 0.5)
    assert {row["instance_type"] for row in rows()} == set(machines)


def test_one_question_asks_for_everything(replayed: Callable[[str], Replay]) -> None:
    server = replayed("runpod")
    with Client(()) as client:
        (fetched,) = runpod.fetch(client, Scope("runpod", "Pods"))
        b"".join(fetched.chunks)
    (request,) = server.requests
    query = json.loads(request.body)["query"]
    assert request.method == "POST"
    assert query.count("{") == query.count("}")
    assert "eight: lowestPrice(input: {gpuCount: 8})" in query


def test_an_answer_of_errors_is_refused(keep: Keep) -> None:
    content = b'{"errors": [{"message": "Something went wrong"}], "data": null}'
    with pytest.raises(PayloadInvalid):
        list(runpod.parse(keep("runpod", Scope("runpod", "Pods"), {"gpu-types.json": content})))


def test_a_choice_of_regions_leaves_it_out() -> None:
    assert list(runpod.scopes(Client(()), Selection())) == [Scope("runpod", "Pods")]
    assert not list(runpod.scopes(Client(()), Selection(regions=("us-east-1",))))
    assert not list(runpod.scopes(Client(()), Selection(services=("AmazonEC2",))))


@pytest.mark.skipif(not RECORDED.is_file(), reason=f"no recorded GPUs at {RECORDED}")
def test_every_recorded_gpu_has_its_canonical_name(keep: Keep) -> None:
    """The recording is a digest: identifiers, names, memory and prices of both clouds, without the flags."""
    recorded = json.loads(gzip.decompress(RECORDED.read_bytes()))
    kinds = [
        {
            "id": name,
            "displayName": gpu["name"],
            "memoryInGb": gpu["vram"],
            "secureCloud": gpu["secure"] > 0,
            "communityCloud": gpu["community"] > 0,
            "securePrice": gpu["secure"],
            "communityPrice": gpu["community"],
        }
        for name, gpu in recorded.items()
    ]
    content = json.dumps({"data": {"gpuTypes": kinds}}).encode()
    (tables,) = runpod.parse(keep("runpod", Scope("runpod", "Pods"), {"gpu-types.json": content}))
    known = set(reference("accelerators")["accelerator"].to_pylist())
    assert set(tables.tables["instance_types"]["accelerator"].to_pylist()) <= known
    sold = sum((gpu["secure"] > 0) + (gpu["community"] > 0) for gpu in recorded.values())
    assert tables.tables["prices"].num_rows == sold
