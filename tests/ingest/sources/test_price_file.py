"""The user's own files: formats, mappings, discount rules, and errors that say what to fix."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.client import Client
from ingest.source import Payload, Selection
from ingest.sources import price_file
from warehouse.contracts import Scope
from warehouse.errors import InvalidInput

Keep = Callable[..., list[Payload]]
FIXTURES = Path(__file__).parent.parent / "fixtures" / "price_file"
ROW = {
    "provider": "aws",
    "sku_id": "A1",
    "region": "us-east-1",
    "price": "0.10",
    "currency": "usd",
    "unit": "hour",
}


def prices(keep: Keep, name: str, content: bytes, mapping: str | None = None) -> list[dict[str, Any]]:
    files = {name: content} if mapping is None else {name: content, f"{name}.mapping.yaml": mapping.encode()}
    (tables,) = price_file.parse(keep("price_file", Scope(service="mine"), files))
    rows: list[dict[str, Any]] = tables.tables["prices"].to_pylist()
    return rows


def csv(**changes: str) -> bytes:
    row = {**ROW, **changes}
    return f"{','.join(row)}\n{','.join(row.values())}\n".encode()


def xlsx(*rows: tuple[Any, ...]) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def test_a_mapping_turns_the_users_columns_into_prices(keep: Keep) -> None:
    names = ("acme.csv", "acme.csv.mapping.yaml")
    payloads = keep(
        "price_file", Scope(service="acme"), {name: (FIXTURES / name).read_bytes() for name in names}
    )
    (tables,) = price_file.parse(payloads)
    machine, disk = tables.tables["prices"].to_pylist()
    assert tables.as_of == datetime(2026, 11, 1, tzinfo=UTC)
    assert (machine["price"], machine["currency"], machine["unit"]) == (Decimal("0.1536"), "EUR", "hour")
    assert (machine["region"], machine["category"], machine["tenancy"]) == ("us-east-1", "compute", "shared")
    assert (disk["price"], disk["unit"], disk["category"]) == (Decimal("1234.5"), "gb_month", "storage")
    assert machine["price_type"] == "contracted"
    assert json.loads(machine["attributes"]) == {"list": "acme", "service": "AmazonEC2"}


def formats() -> dict[str, bytes]:
    typed = {**ROW, "price": Decimal("0.10")}
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([typed]), stream)
    numbers = {**ROW, "price": 0.1}
    return {
        "list.csv": csv(),
        "list.parquet": stream.getvalue(),
        "list.json": json.dumps([numbers]).encode(),
        "lines.json": f"{json.dumps(numbers)}\n".encode(),
        "list.xlsx": xlsx(tuple(numbers), tuple(numbers.values())),
        "bom.csv": b"\xef\xbb\xbf" + csv(),
    }


@pytest.mark.parametrize("name", formats())
def test_every_format_gives_the_same_price(keep: Keep, name: str) -> None:
    (row,) = prices(keep, name, formats()[name])
    assert (row["sku_id"], row["price"], row["currency"]) == ("A1", Decimal("0.1"), "USD")


def test_blank_rows_and_cells_of_a_sheet_are_left_out_but_counted(keep: Keep) -> None:
    sheet = xlsx(tuple(ROW), (None, None), tuple(ROW.values()), (), ("aws",))
    with pytest.raises(InvalidInput, match="row 5, column sku_id"):
        prices(keep, "mine.xlsx", sheet)
    assert len(prices(keep, "mine.xlsx", xlsx(tuple(ROW), (None, None), tuple(ROW.values()), ()))) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"price": "$0.10"}, r"mine.csv, row 2, column price: \$0.10 is not a number"),
        ({"price": ""}, "row 2, column price: is empty"),
        ({"price": "-1"}, "column price: -1 is negative"),
        ({"unit": "fortnight"}, "column unit: fortnight is not a known unit"),
        ({"currency": "dollars"}, "column currency: DOLLARS is not a currency code"),
        ({"region": ""}, "column region: is empty"),
        ({"provider": ""}, "column provider: is empty"),
        ({"purchase_option": "weekly"}, "column purchase_option: weekly is not known"),
        ({"operating_system": "beos"}, "column operating_system: beos is not known"),
        ({"tier_from": "some"}, "column tier_from: some is not a number"),
        ({"term_months": "long"}, "column term_months: long is not"),
        ({"effective_from": "soon"}, "column effective_from: soon is not a time"),
    ],
)
def test_errors_name_file_row_and_column(keep: Keep, changes: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        prices(keep, "mine.csv", csv(**changes))
    assert caught.value.hint


def test_the_row_counts_from_the_header_and_all_problems_are_counted(keep: Keep) -> None:
    lines = csv().decode().splitlines()
    broken = lines[1].replace("0.10", "x").replace("A1", "A2")
    content = "\n".join([lines[0], lines[1], broken, broken.replace("A2", "A3")]).encode()
    with pytest.raises(InvalidInput, match=r"row 3, column price.*1 more row"):
        prices(keep, "mine.csv", content)


def test_a_price_given_twice_is_refused(keep: Keep) -> None:
    with pytest.raises(InvalidInput, match="row 2, column sku_id: A1 is priced more than once"):
        prices(keep, "mine.csv", csv() + csv().splitlines()[1])


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("columns: {Price: price}", "no column 'Price'.*It has: provider, sku_id"),
        ("columns: {price: cost}", "no column 'cost'"),
        ("constants: {colour: red}", "constant 'colour'"),
        ("colums: {}", "unknown field 'colums'"),
        ("as_of: soon", "as_of must be a day"),
        ("columns: [price]", "columns must be a mapping"),
        ("- price", "must be a mapping"),
        ("columns: {", "is not YAML"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_explained(keep: Keep, mapping: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        prices(keep, "mine.csv", csv(), mapping)


@pytest.mark.parametrize("content", [b"", b"\n", b"provider,price\naws\n", b"price,price\n1,2\n"])
def test_a_csv_without_a_table_is_refused(keep: Keep, content: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"mine\.csv"):
        prices(keep, "mine.csv", content)


@pytest.mark.parametrize("name", ["mine.csv", "mine.json", "mine.parquet", "mine.xlsx", "mine.pdf"])
def test_a_file_that_is_not_what_its_name_says_is_refused(keep: Keep, name: str) -> None:
    with pytest.raises(InvalidInput, match=name):
        prices(keep, name, b"\x00\xff{")


def test_discount_rules_have_sql_patterns(keep: Keep) -> None:
    content = (FIXTURES / "acme.discounts.csv").read_bytes()
    (tables,) = price_file.parse(keep("price_file", Scope(service="d"), {"acme.discounts.csv": content}))
    first, second = tables.tables["discount_rules"].sort_by("percent").to_pylist()
    assert (first["rule"], first["provider"], first["instance_type"], first["percent"]) == (
        "m7",
        "aws",
        "m7%",
        -12,
    )
    assert (first["valid_from"], first["valid_to"]) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    )
    assert (second["provider"], second["instance_type"], second["percent"]) == (None, None, -3)


def test_discount_rules_may_be_yaml(keep: Keep) -> None:
    content = b"- {rule: edp, provider: aws, percent: -5, valid_from: 2026-01-01}\n- {percent: -1}\n"
    (tables,) = price_file.parse(keep("price_file", Scope(service="d"), {"d.discounts.yaml": content}))
    rules = tables.tables["discount_rules"].sort_by("percent").to_pylist()
    assert [(rule["rule"], rule["percent"]) for rule in rules] == [("edp", -5), ("d 2", -1)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("r,-12 off,,", "row 2, column percent: -12 off is not a number"),
        ("r,,,", "column percent: is empty"),
        ("r,-120,,", "out of range"),
        ("r,-12,soon,", "valid_from: soon is not a day"),
        ("r,-12,2027-01-01,2026-01-01", "valid_to: is not after valid_from"),
        ("r,-12,,\nr,-13,,", "rule: r is used twice"),
    ],
)
def test_a_rule_that_cannot_be_used_is_explained(keep: Keep, line: str, message: str) -> None:
    content = f"rule,percent,valid_from,valid_to\n{line}\n".encode()
    with pytest.raises(InvalidInput, match=message):
        list(price_file.parse(keep("price_file", Scope(service="d"), {"d.discounts.csv": content})))


def test_each_file_is_a_scope_and_is_fetched_with_its_mapping(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(csv())
    (tmp_path / "a.csv.mapping.yaml").write_text("name: acme", encoding="utf-8")
    client = Client([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert list(price_file.scopes(client, Selection())) == [Scope(service="acme"), Scope(service="b")]
    assert list(price_file.scopes(client, Selection(services=("b",)))) == [Scope(service="b")]
    fetched = list(price_file.fetch(client, Scope(service="acme")))
    assert [(one.name, one.url) for one in fetched] == [
        ("a.csv", "file:a.csv"),
        ("a.csv.mapping.yaml", "file:a.csv.mapping.yaml"),
    ]
    assert b"".join(fetched[0].chunks) == csv()


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "list.csv" for folder in ("a", "b")]
    with pytest.raises(InvalidInput, match="both named 'list'"):
        list(price_file.scopes(Client(paths), Selection()))


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    (fetched,) = price_file.fetch(Client([tmp_path / "list.csv"]), Scope(service="list"))
    with pytest.raises(InvalidInput, match=r"list\.csv"):
        list(fetched.chunks)
