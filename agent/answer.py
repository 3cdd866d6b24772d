"""answer(question) → Answer: the single door of the agent, whatever face asks."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from inspect import signature
from typing import Any, ParamSpec, TypeVar, cast

from agno.models.base import Model

from agent import asking
from agent.beside import awaited, beside
from agent.context import Context, Knowing, LivePrices
from agent.conversation import after, readings
from agent.disguises import visible
from agent.events import Done, Event, Text, Understood
from agent.evidence import Answer
from agent.explaining import trace_of
from agent.grounding import evidence_of, ungrounded
from agent.guard import readable, screen
from agent.joined import joined
from agent.model_choice import RULES, chain
from agent.render.facts import examples, suggested
from agent.render.handing import handed_over
from agent.render.page import Page
from agent.render.write import write
from agent.settings import AgentSettings, agent_settings
from agent.turn import Turn
from agent.understand.intent import sql_of
from agent.understand.language import Language, detect
from agent.understand.reading import Intent, Reading
from warehouse import tracing
from warehouse.log import get_logger
from warehouse.reader import Reader

_log = get_logger("answer")
_TOLD = ("snapshot", "intent", "language", "answered", "model", "tokens_used")
_Parameters = ParamSpec("_Parameters")
_Returned = TypeVar("_Returned")


def with_parameters_of(
    source: Callable[_Parameters, object],
) -> Callable[[Callable[..., _Returned]], Callable[_Parameters, _Returned]]:
    """Declares, for readers and type checkers, what a function hands on as it is."""

    def declared(function: Callable[..., _Returned]) -> Callable[_Parameters, _Returned]:
        returned = signature(function).return_annotation
        vars(function)["__signature__"] = signature(source).replace(return_annotation=returned)
        return cast("Callable[_Parameters, _Returned]", function)

    return declared


def stream(
    question: str,
    *,
    reader: Reader,
    knowledge: Knowing | None = None,
    language: str | None = None,
    settings: AgentSettings | None = None,
    models: Sequence[Model] | None = None,
    earlier: Sequence[Turn] = (),
    live: LivePrices | None = None,
) -> Generator[Event, None, None]:
    """An answer from the reader's snapshot, told while it is made; closing the generator stops it.

    `knowledge` is searched instead of the snapshot's own. `language` overrides the setting of that name;
    so do `models`, a chain of ready agno models. `earlier` turns are what a question may lean on.
    `live` asks the providers' own feeds, as the setting `live_prices` says; without it nothing does.
    Raises InvalidInput where the setting's model cannot be used, never for what the question says.
    """
    started = time.perf_counter()
    given = settings or agent_settings()
    spoken = language or given.language
    context = Context.of(reader, given)
    if given.live_prices != "never" and "live" not in context.off:
        context.live = live
    wanted = bool(models) if models is not None else given.model != RULES
    chosen = () if "llm" in context.off else chain(given) if models is None else tuple(models)
    if knowledge:
        context.knowledge = lambda: knowledge
    with tracing.step("answer", "question") as step:
        step.quote("gen_ai.input.messages", question)
        refusal = _refusal(question, spoken, reader, given, earlier)
        question = visible(question)
        if refusal:
            made = replace(_answer(question, refusal, None, context, started), intent=str(Intent.REFUSED))
        else:
            earlier = readable(earlier)
            asked = readings(question, context.words, spoken, earlier)
            if given.live_prices == "always":
                asked = [replace(one, live=True) for one in asked]
            context.language = asked[0].language
            for one in asked:
                yield Understood(one.question, str(one.intent), one.language)
            message = _Message(question, asked, context, given, earlier, started)
            made = yield from (_by_models(message, chosen) if chosen else _by_rules(message))
            if wanted and "llm" in context.off:
                off = Page(made.language, made.snapshot).say("caveat.off_llm")
                made = replace(made, caveats=(*made.caveats, off))
            _log_answer(made)
        step.say({name: getattr(made, name) for name in _TOLD})
    for line in made.text.splitlines(keepends=True):
        yield Text(line)
    yield Done(made)


def _log_answer(made: Answer) -> None:
    _log.info(
        "answered",
        **{name: getattr(made, name) for name in _TOLD},
        tools=list(made.tools_used),
        duration_ms=round(made.duration_ms, 1),
    )


@with_parameters_of(stream)
def answer(*args: Any, **given: Any) -> Answer:
    """The same answer, whole: with its rows, and the evidence of every figure."""
    return next(event.answer for event in stream(*args, **given) if isinstance(event, Done))


@with_parameters_of(stream)
def astream(*args: Any, **given: Any) -> AsyncGenerator[Event, None]:
    """What `stream` tells, for an event loop; a task that is cancelled ends the work at its next event."""
    return awaited(stream(*args, **given))


def _refusal(
    question: str, spoken: str, reader: Reader, given: AgentSettings, earlier: Sequence[Turn]
) -> Page | None:
    """What is said of a message that is not read at all."""
    refused = None
    if not visible(question).strip():
        text, because = "help.unknown", "help.because_empty"
    elif len(question) > given.max_question_characters and not sql_of(question):
        text, because = "help.unknown", "help.because_long"
    elif refused := screen(question, tuple(turn.question for turn in earlier)):
        text, because = "refused.text", f"refused.because_{refused.about}"
        _log.warning("refused", about=refused.about)
    else:
        return None
    otherwise: Language = "pt" if spoken == "auto-pt" else "en"
    if refused:  # what is disguised has no words to tell by
        otherwise = detect(refused.seen[:200], otherwise)
    if spoken.startswith("auto"):
        spoken = detect(question[:200], otherwise)
    page = Page(spoken, reader.snapshot.id)
    limit = page.number(given.max_question_characters, 0)
    page.add(text, because=page.say(because, limit=limit), examples=examples(page))
    page.suggestions += suggested(page)
    page.answered = False
    return page


@dataclass(frozen=True)
class _Message:
    """What is answered, each of its questions read; `context` is of the snapshot, and no run's own."""

    question: str
    readings: list[Reading]
    context: Context
    given: AgentSettings
    earlier: Sequence[Turn]
    started: float


def _by_models(message: _Message, models: Sequence[Model]) -> Generator[Event, None, Answer]:
    """In the words of the first model whose every figure is a tool's, else in the rules' own."""
    question, reading, given = message.question, message.readings[0], message.given
    fresh = partial(message.context.anew, reading.language)
    said = yield from asking.by_models(question, reading, fresh, given, models, message.earlier)
    if said.text:
        page = write(reading, said.context, given.answer_rows)
        page.lines = [said.text]
        for finding in said.context.found("query_sql"):
            page.add("basis.sql", sql=" ".join(str(finding.arguments["sql"]).split()))
        _show_evidence(page, said.context)
        made = _answer(question, page, reading, said.context, message.started)
        made = replace(made, model=said.model)
    else:
        made = yield from _by_rules(message)
    why = handed_over(said.failed, made.model, Page(made.language, made.snapshot))
    return replace(made, tokens_used=said.tokens, caveats=(*made.caveats, *why))


def _show_evidence(page: Page, context: Context) -> None:
    """The rows a model worked from, where the rules would have shown none."""
    rows = next((finding.rows for finding in context.findings if finding.rows), ())
    if not page.rows and rows:
        page.table(rows, tuple(rows[0]))
        page.cite(*rows[: page.most_rows])
    page.answered = bool(page.rows)


def _by_rules(message: _Message) -> Generator[Event, None, Answer]:
    """One answer for each question, each read after the answer before it."""
    said = " ".join((message.question, *(turn.question for turn in message.earlier)))
    before, *later = message.readings
    made = [(yield from _one_by_rules(before, said, message))]
    for one in later:
        before = after(one, before, made[-1].text, message.context.words)
        made.append((yield from _one_by_rules(before, said, message)))
    return joined(message.question, made, message.started)


def _one_by_rules(reading: Reading, said: str, message: _Message) -> Generator[Event, None, Answer]:
    started, context = time.perf_counter(), message.context.anew(reading.language)
    page = yield from beside(partial(asking.by_rules, reading, context, message.given), context)
    evidence = evidence_of(context.findings, said, _always(context, page))
    missing = ungrounded("\n".join(page.lines), evidence)
    if missing:
        # A template that says more than its rows is a defect: nothing is better than a wrong figure.
        _log.error("ungrounded", missing=missing, intent=str(reading.intent))
        page.lines = [line for line in page.lines if not ungrounded(line, evidence)]
    return _answer(reading.question, page, reading, context, started, missing)


def _always(context: Context, page: Page) -> list[object]:
    snapshot, failures = context.reader.snapshot, [failure.message for failure in context.failures]
    shown = [len(page.rows), page.counts, page.suggestions, page.known, examples(page)]
    return [snapshot.id, snapshot.created_at, *shown, *failures]


def _answer(
    question: str,
    page: Page,
    reading: Reading | None,
    context: Context,
    started: float,
    missing: Sequence[str] = (),
) -> Answer:
    moments = [row["as_of"] for row in page.rows if isinstance(row.get("as_of"), datetime)]
    return Answer(
        question=question,
        text="\n".join(page.lines).strip(),
        rows=tuple({name: row.get(name) for name in page.columns} for row in page.rows),
        columns=page.columns,
        citations=tuple(page.citations),
        snapshot=context.reader.snapshot.id,
        as_of=min(moments, default=None),
        caveats=tuple(page.caveats),
        suggestions=tuple(page.suggestions),
        tools_used=tuple(dict.fromkeys(finding.tool for finding in context.findings)),
        duration_ms=(time.perf_counter() - started) * 1000,
        tokens_used=0,
        language=page.language,
        intent=str(reading.intent if reading else Intent.UNKNOWN),
        answered=page.answered,
        model=RULES,
        chart=page.chart,
        sql=next((str(f.arguments["sql"]) for f in reversed(context.found("query_sql"))), None),
        trace=trace_of(reading, context, missing) if reading else None,
    )
