"""Columns of a CSV, members of an archive, items of JSON pages: as the workspace gets them."""

import io
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from ingest import wire
from ingest.normalize import Workspace, workspace
from ingest.source import Payload
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid
from warehouse.settings import settings

Made = Callable[..., Payload]
TEXT = pa.string()


@pytest.fixture
def made(keep: Any) -> Made:
    def make(name: str, content: bytes | str) -> Payload:
        encoded = content.encode() if isinstance(content, str) else content
        (payload,) = keep("feed", Scope(), {name: encoded})
        assert isinstance(payload, Payload)
        return payload

    return make


def rows(payload: Payload, *columns: str, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        wire.csv_rows(payload, dict.fromkeys(columns, TEXT), **options).read_all().to_pylist()
    )
    return found


def test_chosen_columns_of_a_csv_after_its_preamble(made: Made) -> None:
    payload = made(
        "offer.csv", '"Version","1"\n"Disclaimer","x, y"\nSKU,Price,Note\nA,0.10,"two\nlines"\nB,,"a ""b"""\n'
    )
    assert rows(payload, "Price", "Note", skip_rows=2) == [
        {"Price": "0.10", "Note": "two\nlines"},
        {"Price": None, "Note": 'a "b"'},
    ]


def at_once(payload: Payload, *columns: str, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = wire.csv_table(payload, dict.fromkeys(columns, TEXT), **options).to_pylist()
    return found


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("note", ["one line", "two\nlines", "two\r\nlines", 'a ""b""'])
def test_a_csv_read_at_once_is_what_it_is_row_by_row(made: Made, note: str, end: str) -> None:
    lines = [f'"{note}",{number},"{note}"' for number in range(3)]
    payload = made("offer.csv", "\n".join(["Version,1", "First,Price,Note", *lines]) + end)
    read = at_once(payload, "First", "Price", "Note", skip_rows=1)
    assert read == rows(payload, "First", "Price", "Note", skip_rows=1)
    assert [row["First"] for row in read] == [note.replace('""', '"')] * 3


@pytest.mark.parametrize("place", range(4))
def test_a_value_over_the_end_of_a_block_stays_whole(made: Made, place: int) -> None:
    first = "x" * (place + 20) + "\n" + "y" * 100
    payload = made("offer.csv", "First,Price\n" + f'"{first}",1\n' * 80_000)
    assert payload.record.size > 2 * wire.BLOCK_BYTES
    read = wire.csv_table(payload, {"First": pa.dictionary(pa.int32(), TEXT), "Price": TEXT})
    assert read.num_rows == 80_000
    assert read["First"].unique().to_pylist() == [first]
    assert read["Price"].unique().to_pylist() == ["1"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("SKU,Cost\nA,1\n", "list.csv has no column Price"),
        ("SKU,Price\nA\n", "list.csv is not the CSV"),
        ("SKU,Price\nA,1\nB,2,3\n", "list.csv is not the CSV"),
        ("", "list.csv is not the CSV"),
    ],
)
def test_a_csv_read_at_once_that_is_not_the_expected_one(made: Made, content: str, problem: str) -> None:
    with pytest.raises(PayloadInvalid, match=problem):
        at_once(made("list.csv", content), "SKU", "Price")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("SKU,Cost\nA,1\n", "list.csv has no column Price"),
        ("SKU,Price\nA\n", "list.csv (is not the CSV|cannot be read)"),
        ("SKU,Price\nA,1\nB,2,3\n", "list.csv (is not the CSV|cannot be read)"),
        ("", "list.csv is not the CSV"),
    ],
)
def test_a_csv_that_is_not_the_expected_one(made: Made, content: str, problem: str) -> None:
    with pytest.raises(PayloadInvalid, match=problem):
        rows(made("list.csv", content), "SKU", "Price")


def test_an_optional_column_may_be_missing(made: Made) -> None:
    assert rows(made("a.csv", "SKU\nA\n"), "SKU", "Zone", optional=("Zone",)) == [{"SKU": "A", "Zone": None}]


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def test_a_member_of_an_archive(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = made("catalog.zip", zipped("aws.csv", b"a,b\n1,2\n"))
    with wire.unzipped(payload, "aws.csv") as member:
        assert member.read() == b"a,b\n1,2\n"
    with pytest.raises(PayloadInvalid, match=r"catalog\.zip has no gcp\.csv"):
        wire.unzipped(payload, "gcp.csv")
    with pytest.raises(PayloadInvalid, match=r"torn\.zip"):
        wire.unzipped(made("torn.zip", b"PK\x03\x04 torn"), "aws.csv")
    monkeypatch.setenv("CLOUD_PRICING_PAYLOAD_BYTES", "1000")
    settings.cache_clear()
    with pytest.raises(PayloadInvalid, match="too large"):
        wire.unzipped(made("bomb.zip", zipped("aws.csv", b"0" * 1_000_000)), "aws.csv")
    settings.cache_clear()


def loaded(room: Workspace, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = room._connection.table(name).to_arrow_table().to_pylist()
    return found


COLUMNS = {"price": "DECIMAL(20,10)", "tags": "JSON"}


def test_items_of_several_pages_with_their_origin(made: Made) -> None:
    pages = [
        made("p1.json", '{"Items": [{"price": 0.1, "tags": {"a": [1]}}, {"price": "3e-07"}]}'),
        made("p2.json", '{"Items": []}'),
        made("p3.json", '{"Items": [{"other": true}]}'),
    ]
    with workspace("libcloud") as room:
        room.load_items("items", pages, ("Items",), COLUMNS, required=("price",))
        found = loaded(room, "items")
    assert [row["price"] for row in found] == [Decimal("0.1"), Decimal("0.0000003"), None]
    assert [row["tags"] for row in found] == ['{"a":[1]}', None, None]
    assert [row["payload_url"].rpartition("#")[2] for row in found] == ["p1.json", "p1.json", "p3.json"]


def test_members_of_an_object_with_their_keys(made: Made) -> None:
    with workspace("libcloud") as room:
        room.load_items(
            "items", [made("m.json", '{"m": {"gpt-x.1": {"price": 1}, "b": {}}}')], ("m", "*"), COLUMNS
        )
        found = loaded(room, "items")
    assert [(row["item_key"], row["price"]) for row in found] == [("gpt-x.1", 1), ("b", None)]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ('{"Items": [{"price": "dear"}]}', "p.json: an item cannot be read.*dear"),
        ('{"Items": [{"cost": 1}]}', "No item of the feed has price"),
        ('{"Items": [{"price": 1}, {pri', "p.json"),
        ('{"items": []}', "p.json: Items is not there"),
    ],
)
def test_items_that_are_not_the_expected_ones(made: Made, document: str, problem: str) -> None:
    with workspace("libcloud") as room, pytest.raises(PayloadInvalid, match=problem):
        room.load_items("items", [made("p.json", document)], ("Items",), COLUMNS, required=("price",))


@pytest.mark.parametrize(
    ("name", "gib", "canonical"),
    [
        ("NVIDIA H100", 80, "H100"),
        ("a100", 40, "A100-40GB"),
        ("A100", 79.6, "A100-80GB"),
        ("A100", None, "A100"),
        ("Foo 9000", 12, "Foo 9000"),
        (None, None, None),
    ],
)
def test_accelerators_get_their_canonical_name(
    name: str | None, gib: float | None, canonical: str | None
) -> None:
    table = pa.table({"name": pa.array([name], TEXT), "gib": pa.array([gib], pa.float64())})
    with workspace("libcloud") as room:
        room.add_accelerator_names()
        room.add("named", table)
        found = room._connection.sql("SELECT canonical_accelerator(name, gib) FROM named").fetchall()
    assert found == [(canonical,)]
