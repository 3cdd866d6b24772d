"""`cloud-pricing chart`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.cli.conftest import Cli

SELECT = "SELECT region, price_usd_hour FROM offers WHERE instance_type = 'm5.large' ORDER BY 2"


def test_a_select_and_an_answer_are_drawn(run: Cli, tmp_path: Path) -> None:
    for asked, said in ((SELECT, "us-east-1"), ("price of m5.large in every region", "eu-west-1")):
        to = tmp_path / "drawn.svg"
        done = run("chart", asked, str(to), "--title", "Ours & theirs")
        assert done.code == 0, done.err
        assert said in to.read_text()
        assert "Ours &amp; theirs" in to.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((SELECT, "drawn.pdf"), "no chart format"),
        ((SELECT, "drawn.svg", "--kind", "pie"), "no kind pie"),
        (("SELECT region FROM offers", "drawn.svg"), "no column of numbers"),
        (("price of x9z.large", "drawn.svg"), "x9z.large"),
    ],
)
def test_what_cannot_be_drawn_leaves_no_file(
    run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("chart", *arguments)
    assert done.code == 2
    assert said in done.err
    assert not list(tmp_path.glob("drawn.*"))
