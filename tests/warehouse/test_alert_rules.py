"""What `alerts.toml` may say, and what is said where it says something else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from warehouse.alert_rules import Change, Cheapest, Rules, parsed, path_of, read
from warehouse.errors import InvalidInput
from warehouse.settings import Settings

FILE = Path("alerts.toml")
GOOD = """
language = "pt"

[deliver.ops]
url_env = "OPS_URL"

[[alert]]
name = "h100"
kind = "cheapest"
per = "gpu_hour"
deliver = "ops"
filter = { gpu = "H100", place = "europe" }

[[alert]]
name = "moves"
kind = "change"
min_percent = 2.5
deliver = ["ops"]
language = "en"
enabled = false
"""


def test_a_file_is_read_as_typed_rules() -> None:
    rules = parsed(GOOD, FILE)
    h100, moves = rules.alert
    assert isinstance(h100, Cheapest)
    assert (h100.filter.gpu, h100.filter.place, h100.filter.os) == (("H100",), ("europe",), "linux")
    assert h100.filter.purchase_option == ("on_demand",)
    assert isinstance(moves, Change)
    assert moves.min_percent == Decimal("2.5")
    assert [rules.language_of(rule) for rule in rules.alert] == ["pt", "en"]
    assert rules.enabled == [h100]


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("gpu =", "gpuu =", "rule h100, filter.gpuu: there is no such field; did you mean gpu"),
        ("per =", "pre =", "rule h100, pre: there is no such field; did you mean per"),
        ('"cheapest"', '"cheapst"', "rule h100: kind: there is no kind cheapst; did you mean cheapest"),
        ('kind = "cheapest"', "", "rule h100: kind is missing"),
        ('"gpu_hour"', '"gpu"', "rule h100, per: input should be 'hour' or 'gpu_hour'"),
        ('deliver = "ops"', 'deliver = "opps"', "rule h100, deliver: there is no target opps; did you mean ops"),
        ('name = "moves"', 'name = "h100"', "rule h100: 2 rules have this name"),
        ('name = "moves"', "", "rule number 2, name: field required"),
        ("2.5", "-1", "rule moves, min_percent: input should be greater than or equal to 0"),
        ("place =", 'os = "linx", place =', "rule h100, filter.os: there is no linx; did you mean linux"),
        ("place =", 'tenancy = "x", place =', "there is no x; there are any, dedicated, host, shared"),
        ("place =", 'purchase_option = "spott", place =', "there is no spott; did you mean spot"),
        ("[[alert]]", "[[alert", "alerts.toml is no TOML: "),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_rule_and_field(written: str, instead: str, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parsed(GOOD.replace(written, instead, 1), FILE)
    assert told in caught.value.message


@pytest.mark.parametrize("target", ['url = "slack://s3cret"', 'url_env = "slack://s3cret"'])
def test_an_address_in_the_file_is_refused_and_not_repeated(target: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parsed(GOOD.replace('url_env = "OPS_URL"', target), FILE)
    assert "deliver.ops, url" in caught.value.message
    assert "environment variable" in caught.value.message
    assert "s3cret" not in str(caught.value)


def test_a_threshold_needs_one_figure() -> None:
    for figures in ("", "below_usd = 1\nabove_usd = 2\n"):
        with pytest.raises(InvalidInput, match="rule low: give below_usd or above_usd"):
            parsed(
                f'[deliver.ops]\nurl_env = "A"\n[[alert]]\nname = "low"\nkind = "threshold"\ndeliver = "ops"\n{figures}',
                FILE,
            )


def test_a_source_rule_takes_no_filter_of_offers() -> None:
    text = '[deliver.ops]\nurl_env = "A"\n[[alert]]\nname = "old"\nkind = "stale"\ndeliver = "ops"\nfilter = { gpu = "H100" }\n'
    with pytest.raises(
        InvalidInput, match=r"filter\.gpu: there is no such field; there are provider, source"
    ):
        parsed(text, FILE)


def test_where_the_file_is(tmp_path: Path) -> None:
    limits = Settings(store=tmp_path)
    assert path_of(limits) == tmp_path / "alerts.toml"
    assert read(limits) == Rules()  # none is no mistake
    (tmp_path / "alerts.toml").write_text(GOOD, encoding="utf-8")
    assert len(read(limits).alert) == 2
    with pytest.raises(InvalidInput, match=r"elsewhere\.toml cannot be read: No such file"):
        read(limits.model_copy(update={"alerts": str(tmp_path / "elsewhere.toml")}))
