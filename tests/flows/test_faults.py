"""The fault matrix: whatever a feed does, the last good data stays in force and one clear line says why."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agent.cli import app
from flows.collect import collect_one, plan_one
from tests.flows.fault_matrix import BUNDLED, LIVE, Matrix, impatient
from tests.flows.troubles import FETCHED, TROUBLES
from tests.ingest.replay import Replay, Response, answers, recording, serving
from warehouse.reader import Reader
from warehouse.settings import settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def server() -> Iterator[Replay]:
    with serving(lambda request: Response(404)) as running, impatient(running):
        yield running


@pytest.mark.parametrize("source", [*LIVE, *BUNDLED])
def test_the_last_good_data_stays_in_force(source: str, server: Replay, tmp_path: Path) -> None:
    matrix, wrong, cells = Matrix(source, tmp_path, server), [], {}
    for trouble in matrix.troubles():
        outcome = matrix.meet(trouble)
        cells[trouble.name] = outcome.cell
        clear = outcome.word == FETCHED or (outcome.line and "\n" not in outcome.line)
        if outcome.word not in trouble.may_end(matrix.wire) or not outcome.kept or not clear:
            wrong.append(f"{trouble.name}: {outcome.cell}: {outcome.line}")
    assert not wrong, "\n".join(wrong)
    assert documented()[source] == cells, "docs/quality.md: put in what `python -m benchmarks faults` prints"


def documented() -> dict[str, dict[str, str]]:
    """The table of docs/quality.md: what came of each fault, by source."""
    page = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- faults: start -->\n(.*?)\n\n", page, re.DOTALL)
    assert found, "docs/quality.md lacks the marker <!-- faults: start -->"
    header, _, *rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in found[1].splitlines())
    return {
        row[0]: {name: cell for name, cell in zip(header[1:], row[1:], strict=True) if cell} for row in rows
    }


def test_every_source_is_in_the_matrix() -> None:
    assert list(documented()) == [*LIVE, *BUNDLED]
    assert len(LIVE) + len(BUNDLED) == len({*LIVE, *BUNDLED})


@pytest.fixture
def linode(
    server: Replay,
    prefect_server: None,
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Replay:
    """Linode's feed for the command line: a store, the reference tables without other regions, and no guide."""
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "reference", data / "reference")
    regions = data / "reference" / "regions.csv"
    header, *lines = regions.read_text(encoding="utf-8").splitlines(keepends=True)
    own = [line for line in lines if line.startswith("linode,")]
    regions.write_text("".join([header, *own]), encoding="utf-8")
    (data / "knowledge").mkdir()
    for name, value in (("DATA", data), ("STORE", tmp_path / "store"), ("EMBEDDING_MODEL", model_folder)):
        monkeypatch.setenv(f"CLOUD_PRICING_{name}", str(value))
    settings.cache_clear()
    for task in (plan_one, collect_one):
        # Prefect's own waits, of 72 seconds in all.
        monkeypatch.setattr(task, "retry_delay_seconds", [0.0, 0.0, 0.0])
    server.answer = answers("linode")
    return server


def refreshed(server: Replay, fault: str = "") -> Result:
    trouble = next((one for one in TROUBLES if one.name == fault), None)
    server.fault = trouble.make(recording("linode")["wire"]) if trouble else None
    done = CliRunner().invoke(app, ["refresh", "--sources", "linode", "--quiet"])
    server.fault = None
    return done


def offered() -> set[tuple[object, ...]]:
    with Reader.open(settings().store) as reader:
        return set(reader.query("SELECT instance_type, region, price_usd_hour FROM offers").rows)


@pytest.mark.slow
def test_the_command_says_what_happened_and_how_it_ended(linode: Replay) -> None:
    assert refreshed(linode).exit_code == 0
    held = offered()
    assert len(held) == 29

    failed = refreshed(linode, "500 for good")
    assert failed.exit_code == 8
    assert "linode linode/Linodes: https://api.linode.com/v4/linode/types" in failed.output
    assert "answered 500. The last good data stays in force" in " ".join(failed.output.split())
    assert offered() == held

    refused = refreshed(linode, "half the rows gone")
    assert refused.exit_code == 8
    assert re.search(
        r"refused\tlinode linode/Linodes\t.*\t18 rows, 38% fewer than the 29 of batch", refused.output
    )
    assert "The last good data of its scope stays in force." in refused.output
    assert offered() == held

    quarantined = refreshed(linode, "one price x10")
    assert re.search(r"accepted_with_quarantine\t.*\tmoved 3", quarantined.output)
    assert offered() == held
    # The refusal of before is followed by an accepted batch, so nothing stands against the feed.
    assert quarantined.exit_code == 0
