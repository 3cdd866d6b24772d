"""Items of any JSON document come out as they went in, however the stream is cut."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import json_items
from warehouse.errors import PayloadInvalid

leaves = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    leaves | st.sampled_from(['"', "\\", '\\"', "},{", ":[", "\n"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["Items", "a", 'b"']), inner),
    max_leaves=12,
)


def read(document: bytes, path: tuple[str, ...], **sizes: int) -> list[str]:
    blocks = json_items.items(io.BytesIO(document), path, "feed.json", **sizes)
    return [text for block in blocks for text in block.to_pylist()]


@given(
    items=st.lists(values, max_size=6),
    other=values,
    indent=st.sampled_from([None, 2]),
    size=st.integers(1, 40),
)
def test_items_come_out_as_they_went_in(items: list[Any], other: Any, indent: int | None, size: int) -> None:
    document = {"before": other, "terms": {"x": other, "plans": items}, "after": other}
    whole = json.dumps(document, indent=indent, ensure_ascii=False).encode()
    nested = read(whole, ("terms", "plans"), block_bytes=size)
    top = read(json.dumps(items, indent=indent).encode(), (), block_bytes=size)
    assert [json.loads(text) for text in nested] == items
    assert [json.loads(text) for text in top] == items


@given(members=st.dictionaries(st.text(max_size=5), values, max_size=5))
def test_members_come_out_with_their_keys(members: dict[str, Any]) -> None:
    texts = read(json.dumps({"models": members}).encode(), ("models", "*"))
    assert [json.loads("{" + text + "}") for text in texts] == [
        {key: value} for key, value in members.items()
    ]


@pytest.mark.parametrize("size", [1, 5, 64, 8 << 20])
@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b'{"items": [1]}', "feed.json: Items is not there"),
        (b'{"Items": {"a": [1]}}', "feed.json: Items is not there"),
        (b'{"Items": 7, "x": [1]}', "feed.json: Items is not there"),
        (b'{"deeper": {"Items": [1]}}', "feed.json: Items is not there"),
        (b"", "feed.json: Items is not there"),
        (b'{"Items": [{"a": 1}, {"a"', "feed.json: Items is cut off"),
        (b'{"Items": [1,2', "feed.json: Items is cut off"),
        (b'{"Items": ["[,"', "feed.json: Items is cut off"),
        (b'{"Items": [1, ]}', "a comma with nothing after it"),
        (b'{"Items": ["\xff"]}', "feed.json: Items is not UTF-8"),
    ],
)
def test_a_document_without_the_array_is_refused(document: bytes, problem: str, size: int) -> None:
    with pytest.raises(PayloadInvalid, match=problem):
        read(document, ("Items",), block_bytes=size)


def test_an_endless_item_is_refused() -> None:
    with pytest.raises(PayloadInvalid, match="larger than any"):
        read(b'{"Items": ["' + b"x" * 5000 + b'"]}', ("Items",), block_bytes=100, largest_item=1000)
