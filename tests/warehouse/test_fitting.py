"""A served query fitted to its parameters means what it meant."""

from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest

from warehouse.fitting import fitted, literal, written
from warehouse.reader import served_sql

SQL = """
SELECT x FROM range(10) AS t(x)
WHERE x > 1
    AND ($most::INTEGER IS NULL OR x <= $most::INTEGER) -- a remark ( with a bracket, and a $parameter
    AND (
        $names::VARCHAR[] IS NULL
        OR list_contains($names::VARCHAR[], ')' || x)
    )
    AND (NOT $even::BOOLEAN OR x % 2 = 0)
    AND ($odd::BOOLEAN IS NULL OR (x % 2 = 1) = $odd::BOOLEAN)
ORDER BY x
"""


@pytest.mark.parametrize("most", [None, 0, 5])
@pytest.mark.parametrize("names", [None, [], [")3", ")4", ")8"]])
@pytest.mark.parametrize("even", [True, False, None])
@pytest.mark.parametrize("odd", [True, False, None])
def test_it_returns_the_same_rows(
    most: int | None, names: list[str] | None, even: bool | None, odd: bool | None
) -> None:
    parameters = {"most": most, "names": names, "even": even, "odd": odd}
    sql, given = fitted(SQL, parameters)
    assert duckdb.execute(sql, given).fetchall() == duckdb.execute(SQL, parameters).fetchall()


def test_what_was_not_given_is_not_in_it() -> None:
    sql, given = fitted(SQL, {"most": None, "names": None, "even": False, "odd": False})
    assert given == {"odd": False}
    assert "$odd" in sql
    assert not any(f"${name}" in sql for name in ("most", "names", "even"))


def test_a_search_for_one_machine_binds_few_conditions() -> None:
    whole = served_sql("find_offers")
    sql, _ = fitted(whole, {"machines": ["m5.large"], "cpu": None, "min_vcpus": None, "gpus_only": False})
    assert "ILIKE" in whole
    assert "ILIKE" not in sql
    assert "kind = 'gpu'" not in sql


PARTS = """
-- if $rank
-- if $kind = 'plain'
SELECT 1
-- else
SELECT $rank::INTEGER
-- end
-- else
SELECT 0
-- end
"""


@pytest.mark.parametrize(
    ("rank", "kind", "found"),
    [(7, "plain", 1), (7, "other", 7), (7, None, 7), (None, "plain", 0), (False, None, 0)],
)
def test_of_two_parts_one_is_kept(rank: int | None, kind: str | None, found: int) -> None:
    sql, given = fitted(PARTS, {"rank": rank, "kind": kind})
    assert duckdb.execute(sql, given).fetchall() == [(found,)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("VARCHAR", "it's '; DROP TABLE x; --"),
        ("VARCHAR", None),
        ("VARCHAR[]", ["'", "$kind", "ação"]),
        ("VARCHAR[]", []),
        ("BOOLEAN", True),
        ("INTEGER", -7),
        ("DOUBLE", 1e-07),
        ("DECIMAL(20, 10)", Decimal("12345678.0000000001")),
        ("DATE", date(2025, 3, 2)),
        ("TIMESTAMPTZ", datetime(2025, 3, 2, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_a_value_that_is_written_is_the_value_bound(kind: str, value: object) -> None:
    sql = f"SELECT $value::{kind} -- not $value"
    assert (
        duckdb.execute(written(sql, {"value": value})).fetchall()
        == duckdb.execute(sql, {"value": value}).fetchall()
    )


def test_a_value_of_another_kind_is_not_written() -> None:
    with pytest.raises(TypeError):
        literal(object())
