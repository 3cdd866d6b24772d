"""`cloud-pricing eval`: how many questions are answered right, by kind and language, and every miss."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli_choice import AsOf, SnapshotId, reader_of, say_which
from agent.cli_records import emit
from agent.terminal import line, note, show
from warehouse.contracts import QueryResult
from warehouse.errors import InvalidInput

if TYPE_CHECKING:
    from agent.evaluation.questions import Question
    from agent.evaluation.run import Outcome, Score


def evaluate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="YAML files of questions, or folders; ours without any.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only questions of this kind; may be repeated.")
    ] = None,
    lang: Annotated[str | None, typer.Option("--lang", help="Only questions in en or pt.")] = None,
    only: Annotated[str | None, typer.Option("--only", help="Only questions whose id begins so.")] = None,
    at_least: Annotated[
        float, typer.Option("--at-least", min=0, max=100, help="Percent right in each language, else exit 1.")
    ] = 0,
    misses: Annotated[bool, typer.Option("--misses/--no-misses", help="Show every miss.")] = True,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Ask question sets and compare the answers with their oracles."""
    from agent.answer import answer
    from agent.evaluation.run import outcomes, scores

    asked = _chosen(files or [], kind or [], lang, only)
    with reader_of(snapshot, as_of) as reader:
        answer("m5.large", reader=reader)  # the first answer loads what the others find loaded
        found = list(outcomes(asked, reader, partial(answer, reader=reader)))
        say_which(reader, as_of)
    table = scores(found)
    if as_json:
        emit({"scores": [asdict(row) for row in table], "misses": [_miss(o) for o in found if o.faults]})
    else:
        _show(table, [outcome for outcome in found if outcome.faults] if misses else [])
    worst = min(100 * row.right / row.asked for row in table if row.kind == "all")
    if worst < at_least:
        raise typer.Exit(1)


def _chosen(files: list[Path], kinds: list[str], lang: str | None, only: str | None) -> list[Question]:
    from agent.evaluation.questions import LANGUAGES, own_sets, read

    if lang not in (None, *LANGUAGES):
        raise InvalidInput(f"There is no language {lang}.", "Use en or pt.")
    every = read(files or own_sets())
    known = sorted({question.kind for question in every})
    unknown = sorted(set(kinds) - set(known))
    if unknown:
        raise InvalidInput(f"No question is of the kind {', '.join(unknown)}.", f"Kinds: {', '.join(known)}.")
    asked = [
        question
        for question in every
        if (not kinds or question.kind in kinds)
        and lang in (None, question.language)
        and question.id.startswith(only or "")
    ]
    if not asked:
        raise InvalidInput("No question is left to ask.", "Give other files, kinds or ids.")
    return asked


def _miss(outcome: Outcome) -> dict[str, Any]:
    answer, question = outcome.answer, outcome.question
    return {
        "id": question.id,
        "kind": question.kind,
        "earlier": list(question.earlier),
        "question": question.text,
        "faults": list(outcome.faults),
        "answer": answer.text,
        "oracle": question.entry.sql,
        "trace": [asdict(trace) for trace in answer.traces()],
    }


def _show(table: list[Score], misses: list[Outcome]) -> None:
    columns = ("kind", "language", "asked", "right", "percent", "ungrounded", "p50_ms", "p95_ms")
    rows = tuple(
        (
            r.kind, r.language, r.asked, r.right, f"{100 * r.right / r.asked:.1f}", r.ungrounded,
            f"{r.p50_ms:.1f}", f"{r.p95_ms:.1f}",
        )
        for r in table
    )  # fmt: skip
    for outcome in misses:
        miss = _miss(outcome)
        line(f"{miss['id']}: {'; '.join(outcome.faults)}", "bold red", head=len(miss["id"]))
        for said in (*outcome.question.earlier, outcome.question.text):
            line(f"  ? {said}")
        line("\n".join(f"  > {text}" for text in outcome.answer.text.splitlines()))
        for trace in miss["trace"]:
            line(f"  read as {trace['intent']}: {trace['read']}", "dim")
            for step in trace["steps"]:
                line(f"  {step['tool']} {step['arguments']} → {step['rows']} rows", "dim")
    show(QueryResult(columns, rows, truncated=False))
    every = [row for row in table if row.kind == "all"]
    note(f"{sum(row.right for row in every)} of {sum(row.asked for row in every)} right.")
