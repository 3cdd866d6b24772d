"""`cloud-pricing focus`: whether the prices are as the FOCUS SKU Price draft wants them."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from agent.cli_choice import AsOf, SnapshotId, reader_of, say_which
from agent.cli_records import emit
from agent.terminal import note, show
from warehouse.contracts import QueryResult

app = typer.Typer(help="Prices in the columns of the FOCUS SKU Price draft.", no_args_is_help=True)


@app.callback()
def focus() -> None:
    """Prices in the columns of the FOCUS SKU Price draft."""


@app.command()
def check(
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Try every rule of the draft on every row of focus_sku_prices. Exit code 1 if one is broken."""
    from warehouse import focus_rules

    with tempfile.TemporaryDirectory() as spill, reader_of(snapshot, as_of, Path(spill)) as reader:
        findings = focus_rules.check(reader)
        say_which(reader, as_of)
    if as_json:
        emit([asdict(one) for one in findings])
    else:
        rows = [(one.rule, "pass" if one.passed else "FAIL", one.rows, one.example) for one in findings]
        show(QueryResult(("rule", "result", "rows", "first_sku_price_id"), tuple(rows)))
        for one in findings:
            if not one.passed:
                note(f"{one.rule}: {one.why}")
    broken = sum(not one.passed for one in findings)
    note(f"{len(findings)} rules of FOCUS_Spec pull request 2424 ({focus_rules.DRAFT}), {broken} broken.")
    if broken:
        raise typer.Exit(1)
