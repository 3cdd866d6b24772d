"""What a refresh embeds: the cards that state a changed price, and nothing for prices that only hold on."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.publish import as_record
from tests.conftest import LIST_DAY, ROOT, House, settled
from warehouse.contracts import Scope
from warehouse.reader import Reader
from warehouse.settings import settings

AZURE = {"provider": "azure", "service": "Virtual Machines"}
ND96 = {
    "provider": "azure", "instance_type": "Standard_ND96", "family": "ND", "vcpus": 96, "memory_gib": 1900,
    "accelerator": "H100", "accelerator_count": 8, "accelerator_memory_gib": 80,
}  # fmt: skip
NEXT_WEEK = LIST_DAY + timedelta(days=9)  # a Tuesday


def _know_region(house: Any, provider: str, region: str) -> None:
    lines = (
        (ROOT / "data" / "reference" / "regions.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    )
    with (house.limits.data / "reference" / "regions.csv").open("a", encoding="utf-8") as table:
        table.writelines(line for line in lines if line.startswith(f"{provider},{region},"))


def hashes(house: Any) -> dict[str, str]:
    with Reader.open(house.limits.store) as reader:
        return dict(reader.query("SELECT document_id, content_hash FROM documents").rows)


def list_of_aws(house: Any, prices: Mapping[str, float] | None = None, day: datetime = LIST_DAY) -> None:
    # The address differs, as the bytes of another day's answer do: equal ones would be one reading.
    how = {"machines": house.machines, "as_of": day, "source_url": f"https://example.org/{day:%Y-%m-%d}"}
    house.stage(prices or house.prices, source="aws_list", **how)


@pytest.fixture(scope="module")
def two_providers(tmp_path_factory: pytest.TempPathFactory, small_data: Path) -> Path:
    """A store whose first snapshot holds two providers' H100, and its data. Only copy it."""
    folder = tmp_path_factory.mktemp("two_providers")
    with pytest.MonkeyPatch.context() as patch:
        house = House(settled(patch, folder, small_data))
        _know_region(house, "azure", "eastus")
        list_of_aws(house)
        how = {"source": "azure_retail", "scope": Scope("azure", "Virtual Machines"), "machines": [ND96]}
        house.stage({"Standard_ND96@eastus": 90.0}, **how, **AZURE)
        house.publish()
    settings.cache_clear()
    return folder


@pytest.fixture
def published(house: Any, two_providers: Path) -> Any:
    """A house with a copy of it."""
    shutil.copytree(two_providers, house.limits.store.parent, dirs_exist_ok=True)
    return house


@pytest.mark.parametrize(
    ("changed", "stated_by"),
    [
        (
            {"p5.48xlarge@us-east-1": 97.0},
            {"machine/aws/p5.48xlarge", "family/aws/p5", "accelerator/H100", "comparison/accelerator/H100"},
        ),
        # Not the cheapest of its family, nor of anything else.
        ({"m5.xlarge@us-east-1": 0.193}, {"machine/aws/m5.xlarge"}),
        ({"m5.large@eu-west-1": 0.1075}, {"machine/aws/m5.large"}),
    ],
)
def test_one_changed_price_embeds_the_cards_that_state_it(
    published: Any, changed: dict[str, float], stated_by: set[str]
) -> None:
    before = hashes(published)
    list_of_aws(published, published.prices | changed, NEXT_WEEK)
    report = published.publish()
    after = hashes(published)
    different = {key for key in after if before.get(key) != after[key]}
    subjects = {*stated_by, "digest/aws/2026-W46"}
    assert different == {f"{subject}/{language}" for subject in subjects for language in ("en", "pt")}
    assert report.embedded == len(published.embedder.texts) == len(different)
    assert report.reused == len(set(after.values())) - len(different) > 0
    said = as_record(report)
    assert (said["embedded"], said["reused"]) == (report.embedded, report.reused)


def test_nothing_changed_embeds_nothing(published: Any) -> None:
    report = published.publish()
    assert (report.changed, report.embedded, published.embedder.texts) == (False, 0, [])


@pytest.mark.parametrize("days", [1, 9])
def test_a_list_of_another_day_that_says_the_same_embeds_nothing(published: Any, days: int) -> None:
    before = hashes(published)
    list_of_aws(published, day=LIST_DAY + timedelta(days=days))
    report = published.publish()
    assert (report.changed, report.embedded, published.embedder.texts) == (True, 0, [])
    assert report.reused == len(set(before.values()))
    assert hashes(published) == before
    confirmed = (
        "SELECT DISTINCT valid_from, valid_to FROM documents WHERE document_id LIKE 'machine/aws/m5.large/%'"
    )
    with Reader.open(published.limits.store) as reader:
        rows = reader.query(confirmed).rows
    assert rows == ((LIST_DAY.date(), date(2026, 11, 1 + days)),)


def test_a_closed_price_changes_the_cards_that_stated_it(published: Any) -> None:
    before = hashes(published)
    held = {key: price for key, price in published.prices.items() if key != "m5.large@eu-west-1"}
    list_of_aws(published, held, NEXT_WEEK)
    report = published.publish()
    after = hashes(published)
    different = {key for key in after if before.get(key) != after[key]}
    # Its region has no machine left, its service and provider one region less, and us-east-1 one machine
    # less that has its price level from another region too.
    assert {key.rpartition("/")[0] for key in different} == {
        "machine/aws/m5.large", "region/aws/eu-west-1",
        "region/aws/us-east-1", "provider/aws", "service/aws/AmazonEC2",
    }  # fmt: skip
    assert report.embedded == len(different)
