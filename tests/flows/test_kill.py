"""A refresh killed anywhere, fifty times: the store opens, verifies and answers, and the next one completes."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from warehouse import snapshots
from warehouse.knowledge import Knowledge
from warehouse.reader import Reader

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("collect", "copy", "load", "derive", "documents", "embed", "knowledge", "validate", "seal", "point")
KILLS_A_STAGE, KILLS_A_SEED, SEEDS = 2, 5, range(6)


def test_there_are_fifty_kills() -> None:
    assert KILLS_A_STAGE * len(STAGES) + KILLS_A_SEED * len(SEEDS) == 50


class Mortals:
    """A store that refreshes are started on in processes of their own; each brings a price nobody had before."""

    def __init__(self, folder: Path, small_data: Path) -> None:
        shutil.copytree(small_data, folder / "data")
        self.store, self.list = folder / "store", folder / "acme.csv"
        self._guide = folder / "data" / "knowledge" / "en" / "spot-instances.md"
        self._text, self._number = self._guide.read_text(encoding="utf-8"), count()
        environment = {
            **os.environ,
            "CLOUD_PRICING_STORE": str(self.store),
            "CLOUD_PRICING_DATA": str(folder / "data"),
            "PYTHONPATH": str(ROOT),
        }
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("mortal.py"))],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.price = self.whole_price = 0.0
        self.change()
        self.seconds = self.refresh()

    def change(self) -> None:
        """A new price and a changed guide, so that every stage has something to do."""
        number = next(self._number)
        self.price = round(1 + number / 1000, 3)
        self.list.write_text(
            f"instance_type,region,price\nm5.large,us-east-1,{self.price}\n", encoding="utf-8"
        )
        constants = "{provider: aws, currency: USD, unit: hour, operating_system: linux}"
        self.list.with_name("acme.csv.mapping.yaml").write_text(f"constants: {constants}\n", encoding="utf-8")
        self._guide.write_text(f"{self._text}\nEdition {number}.\n", encoding="utf-8")

    def _order(self, **how: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"files": {"acme": str(self.list)}, **how}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def refresh(self) -> float:
        """A refresh that is left alone; returns the seconds it took."""
        answer = self._order()
        assert answer["status"] == 0
        self.whole_price = self.price
        assert self.look() == self.price
        return float(answer["seconds"])

    def kill(self, **when: Any) -> None:
        self.change()
        answer = self._order(**when)
        assert answer["status"] in (-signal.SIGKILL, 0)
        if "die_at" in when:
            assert answer["status"] == -signal.SIGKILL

    def look(self) -> float:
        """Open, verify and ask the snapshot in force; returns its price."""
        snapshot = snapshots.load(self.store)
        assert snapshots.verify(snapshot) == []
        with Reader(snapshot) as reader:
            assert reader.named("freshness_now", providers=None).records()[0]["source"] == "price_file"
            found = reader.query("SELECT price_usd_hour FROM offers").rows
        assert len(found) == 1
        return float(found[0][0])

    def goes_on(self) -> None:
        """The next refresh completes, whatever those that were killed have left behind."""
        self.refresh()
        assert not list((self.store / "snapshots").glob(".*"))
        cache = self.store / "cache" / "chroma"
        with Knowledge.open(snapshots.load(self.store).folder, cache) as knowledge:
            found = knowledge.search("when is spot worth it", limit=1, language="en")
        assert "Edition" in found[0].document.text

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(30) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture(scope="module")
def mortals(tmp_path_factory: pytest.TempPathFactory, small_data: Path) -> Iterator[Mortals]:
    made = Mortals(tmp_path_factory.mktemp("mortals"), small_data)
    yield made
    made.close()


def test_these_are_all_the_stages(mortals: Mortals) -> None:
    """A stage that is added must be killed too."""
    source = (ROOT / "flows" / "publish.py").read_text(encoding="utf-8")
    source += (ROOT / "flows" / "collect.py").read_text(encoding="utf-8")
    told = {part.split('"')[1].split()[0] for part in source.split("tell(")[1:] if '"' in part[:3]}
    assert told == set(STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_killed_when_a_stage_begins(mortals: Mortals, stage: str) -> None:
    before = snapshots.current_id(mortals.store)
    for _ in range(KILLS_A_STAGE):
        mortals.kill(die_at=stage)
        assert snapshots.current_id(mortals.store) == before
        assert mortals.look() == mortals.whole_price
    mortals.goes_on()


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_any_moment(mortals: Mortals, seed: int) -> None:
    moments = random.Random(seed)
    for _ in range(KILLS_A_SEED):
        mortals.kill(die_after=moments.uniform(0, mortals.seconds))
        found = mortals.look()
        assert found in (mortals.whole_price, mortals.price)
        mortals.whole_price = found
    mortals.goes_on()
