"""The bill of a basket: worked by hand, from YAML and from flags, and what is said of gaps and mistakes."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent.answer import answer
from agent.basket import Basket, amount, basket_of, read_basket
from agent.basket_flags import lines_of
from agent.context import Context
from agent.estimate_tools import estimate_basket
from agent.render import bill
from agent.toolbox import call
from warehouse.errors import InvalidInput
from warehouse.reader import Reader

ROOT = Path(__file__).resolve().parents[2]


def of(**sections: Any) -> Basket:
    return basket_of(sections)


def test_a_bill_has_its_total_lines_and_assumptions(found: Context) -> None:
    basket = of(
        machines=[{"machine": "m5.large", "region": "us-east-1", "count": 3, "hours": 200}],
        disks=[{"name": "gp3", "gb": 500, "region": "Virginia"}],
        storage=[{"name": "S3", "gb": "60 TB", "region": "us-east-1"}],
        egress=[{"gb": 12000, "region": "us-east-1"}],
        requests=[{"name": "put requests", "count": "10M", "region": "us-east-1"}],
        tokens=[{"model": "gpt-4o", "input": "3M", "output": "1M"}],
        currency="BRL",
    )
    bill_of_it = estimate_basket(found, basket)
    # 57.6 + 40 + (51,200 × 0.023 + 10,240 × 0.022) + 1,062.7 + 50 + 17.5
    assert bill_of_it.figures["total_usd"] == Decimal("2630.68")
    assert bill_of_it.figures["total"] == Decimal("2630.68") * Decimal("5.25")
    assert bill_of_it.figures["partial"] is False
    names = {given["name"] for given in bill_of_it.figures["assumptions"]}
    assert {"system", "tiers", "token_tiers", "list_price"} <= names
    assert "month" not in names  # no machine runs the whole month


def test_a_line_without_a_price_makes_the_total_partial(found: Context) -> None:
    basket = of(
        machines=[{"machine": "m5.large", "region": "us-east-1"}],
        disks=[{"name": "gp3", "gb": 5, "region": "sa-east-1"}],
    )
    figures = estimate_basket(found, basket).figures
    assert figures["total_usd"] == Decimal("70.08")
    assert figures["partial"] is True
    assert [(row["item"], row["region"], row["problem"]) for row in figures["unpriced"]] == [
        ("gp3", "sa-east-1", "no price")
    ]
    assert list(bill.totals(figures, "en")) == [
        "The month costs at least 70.08 USD: some lines have no price."
    ]
    assert list(bill.totals(figures, "pt")) == [
        "O mês custa pelo menos 70,08 USD: algumas linhas não têm preço."
    ]


def test_two_lines_of_one_thing_share_its_tiers(found: Context) -> None:
    basket = of(egress=[{"gb": 6000, "region": "us-east-1"}, {"gb": 6000, "region": "us-east-1"}])
    assert estimate_basket(found, basket).figures["total_usd"] == Decimal("1062.7")


def test_what_is_saved_against_on_demand(found: Context) -> None:
    basket = of(
        machines=[{"machine": "m5.large", "region": "us-east-1", "purchase_option": "reserved", "count": 2}]
    )
    figures = estimate_basket(found, basket).figures
    assert (figures["total_usd"], figures["on_demand_usd"]) == (Decimal("87.6"), Decimal("140.16"))
    assert (figures["saving_usd"], figures["saving_percent"]) == (Decimal("52.56"), Decimal("37.5"))


def test_a_commitment_hardly_used_costs_more_than_on_demand(found: Context) -> None:
    machine = {"machine": "m5.large", "region": "us-east-1", "purchase_option": "reserved", "hours": 100}
    figures = estimate_basket(found, of(machines=[machine])).figures
    assert (figures["total_usd"], figures["on_demand_usd"]) == (Decimal("43.8"), Decimal("9.6"))
    assert "more, 356.2%" in " ".join(bill.totals(figures, "en"))


def test_alternatives_keep_the_constraints(found: Context) -> None:
    machine = {"machine": "g5.xlarge", "region": "sa-east-1", "purchase_option": "spot"}
    (other,) = estimate_basket(found, of(machines=[machine])).figures["alternatives"]
    assert (other["scope"], other["region"], other["gives_up"]) == ("provider", "us-east-1", ["region"])
    assert (other["total_usd"], other["saving_percent"]) == (Decimal("299.3"), Decimal("33.9"))
    limited = of(machines=[machine], constraints={"places": ["Europe"]})
    (other,) = estimate_basket(found, limited).figures["alternatives"]
    assert other["region"] == "eu-west-1"
    nobody = of(machines=[machine], constraints={"providers": ["gcp"]})
    assert estimate_basket(found, nobody).figures["alternatives"] == []


def test_disks_of_a_fixed_size_are_counted(found: Context) -> None:
    figures = estimate_basket(
        found, of(disks=[{"name": "Premium SSD P10", "gb": 500, "region": "eastus"}])
    ).figures
    assert figures["total_usd"] == Decimal("78.84")  # 4 × 19.71
    assert "500 GB on p10 are 4 disks of 128 GB." in list(bill.assumptions(figures, "en"))


def test_a_machine_without_a_region_is_taken_where_it_is_cheapest(found: Context) -> None:
    finding = estimate_basket(found, of(machines=[{"machine": "m5.large"}]))
    assert finding.rows[0]["region"] == "us-east-1"
    assert finding.figures["assumptions"][0] == {
        "name": "cheapest_region", "machine": "m5.large", "region": "us-east-1", "provider": "aws",
    }  # fmt: skip


def test_a_model_may_call_it(found: Context) -> None:
    finding = call(found, estimate_basket, {"basket": {"machines": [{"machine": "m5.large", "count": 2}]}})
    assert finding.figures["total_usd"] == Decimal("140.16")
    with pytest.raises(InvalidInput, match=r"basket\.machines\.0\.machine"):
        call(found, estimate_basket, {"basket": {"machines": [{"count": 2}]}})


@pytest.mark.parametrize(
    ("text", "number"),
    [("3M", 3_000_000), ("2 TB", 2048), ("1,500.5", "1500.5"), (7, 7), ("500k tokens", 500_000)],
)
def test_amounts_are_read_as_people_write_them(text: object, number: object) -> None:
    assert amount(text) == Decimal(str(number))


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        (
            "machines:\n  - machine: m5.large\n    cuont: 3\n",
            r"line 3: machines\.0\.cuont.*Did you mean count",
        ),
        (
            "machines:\n  - {machine: m5.large, hours: soon}\n",
            r"line 2: machines\.0\.hours: soon is no amount",
        ),
        ("machines:\n  - {machine: m5.large, count: 0}\n", r"line 2: machines\.0\.count"),
        ("tokens:\n- model: gpt-4o\n", r"line 2: tokens\.0: give input"),
        ("egress:\n- {gb: 5, count: 5, region: x}\n", "give one of gb"),
        ("a: [\n", "line 2"),
        ("- m5.large\n", "holds no basket"),
        ("machnies: []\n", "Did you mean machines"),
    ],
)
def test_a_mistake_in_a_file_is_shown_where_it_is(tmp_path: Path, yaml: str, message: str) -> None:
    file = tmp_path / "basket.yaml"
    file.write_text(yaml, encoding="utf-8")
    with pytest.raises(InvalidInput, match=message):
        read_basket(file)


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        (
            "machines:\n  - machine: m5.large\n  - machine: m4.large\n",
            "line 3: No machine is called m4.large.*m5.large",
        ),
        (
            "disks:\n  - {name: gp5, gb: 1, region: us-east-1}\n",
            "line 2: Nothing to be priced is called gp5.*gp3",
        ),
        ("disks:\n  - {name: gp3, gb: 1, region: eastus}\n", "line 2: gp3 is sold by aws, not in eastus"),
        ("disks:\n  - {name: gp3, hours: 1, region: us-east-1}\n", "gp3 is sold by the gb_month.*Give gb"),
        ("machines:\n  - {machine: m5.large, region: eastus}\n", "eastus is no region of theirs"),
        ("disks:\n  - {name: gp3, gb: 1}\n", "line 2: gp3 has another price in each region"),
        ("tokens:\n  - {model: gpt-99, input: 5}\n", "line 2: No token price of gpt-99"),
    ],
)
def test_a_name_nobody_knows_is_shown_where_it_is(
    found: Context, tmp_path: Path, yaml: str, message: str
) -> None:
    file = tmp_path / "basket.yaml"
    file.write_text(yaml, encoding="utf-8")
    with pytest.raises(InvalidInput, match=message):
        estimate_basket(found, read_basket(file))


def test_flags_are_lines() -> None:
    given = lines_of(
        {
            "machine": ["3 x m5.xlarge@us-east-1", "Standard_D4s_v3"],
            "disk": ["500 GB gp3@us-east-1", "2 x P10@eastus"],
            "egress": ["2,000 GB@us-east-1"],
            "requests": ["10M put requests@us-east-1"],
            "tokens": ["claude-sonnet-4-5: 3M in, 1M out"],
        },
        {"hours": 200},
    )
    assert given == {
        "machines": [
            {"count": "3", "machine": "m5.xlarge", "region": "us-east-1", "hours": 200},
            {"machine": "Standard_D4s_v3", "hours": 200},
        ],
        "disks": [
            {"gb": "500 GB", "name": "gp3", "region": "us-east-1"},
            {"count": "2", "name": "P10", "region": "eastus"},
        ],
        "egress": [{"gb": "2,000 GB", "region": "us-east-1"}],
        "requests": [{"count": "10M", "name": "put requests", "region": "us-east-1"}],
        "tokens": [{"model": "claude-sonnet-4-5", "input": "3M", "output": "1M"}],
    }
    with pytest.raises(InvalidInput, match="500 GB gp3@us-east-1"):
        lines_of({"disk": ["gp3 500"]}, {})


def test_the_basket_of_the_documents_has_a_bill(found: Context, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "estimate.md").read_text(encoding="utf-8")
    match = re.search(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert match
    file = tmp_path / "basket.yaml"
    file.write_text(match[1], encoding="utf-8")
    assert read_basket(file).things()


def test_words_are_the_same_in_both_languages(found: Context) -> None:
    machine = {"machine": "g5.xlarge", "region": "sa-east-1", "purchase_option": "spot"}
    figures = estimate_basket(found, of(machines=[machine], currency="BRL")).figures
    for words in (bill.totals, bill.unpriced, bill.alternatives, bill.assumptions):
        assert len(list(words(figures, "en"))) == len(list(words(figures, "pt")))
    assert "33,9% a menos" in " ".join(bill.alternatives(figures, "pt"))


@pytest.mark.parametrize(
    ("question", "total"),
    [
        ("3 m5.large for 200 hours plus 500 GB gp3 in us-east-1", "97.60 USD"),  # 57.6 + 40
        ("3 m5.large por 200 horas mais 500 GB de gp3 em us-east-1", "97,60 USD"),
        ("a m5.large for 3 months plus 500 GB of gp3 in us-east-1", "110.08 USD"),  # of one month: 70.08 + 40
        ("how much are 12000 GB of egress in us-east-1?", "1,062.70 USD"),
        ("quanto custam 12.000 GB de tráfego de saída em us-east-1?", "1.062,70 USD"),
    ],
)
def test_a_question_may_ask_for_more_than_machines(live: Reader, question: str, total: str) -> None:
    said = answer(question, reader=live)
    assert (said.intent, said.answered) == ("estimate", True)
    assert said.text.splitlines()[0].endswith(f" {total}.")
    assert said.citations
    lines = [line for line in said.text.splitlines() if line.startswith("- ")]
    assert len([line for line in lines if " = " in line]) == len(
        said.rows
    )  # none was struck out as ungrounded


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("with $96, how many hours of m5.large in us-east-1?", "1,000 hours"),  # at 0.096
        ("Com US$ 96, por quantas horas consigo alugar duas m5.large em us-east-1?", "500 horas"),
        ("how many m5.large can I run for $500 a month in us-east-1?", "7 × m5.large"),  # 70.08 each
    ],
)
def test_a_budget_pays_for_hours_or_machines(live: Reader, question: str, says: str) -> None:
    said = answer(question, reader=live)
    assert (said.answered, said.tools_used) == (True, ("budget",))
    assert says in said.text.splitlines()[0]
