"""A call of a tool: in a thread of its own, on one snapshot, ended when nobody waits for it any more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection
from contextlib import aclosing, suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import mcp_types as types
from anyio import CancelScope, to_thread
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from agent.context import Context
from agent.events import ToolStarted
from agent.serving.answer_cache import Made
from agent.serving.answering import Question, Telling
from agent.serving.caller import RIGHTS, Caller, caller_of
from agent.serving.mcp_results import of_answer, of_error, of_finding
from agent.serving.mcp_tools import ASK, KNOWLEDGE, SQL, Asked, Offered, offered
from agent.serving.parts import Parts
from agent.serving.problems import RejectedError
from agent.serving.request_log import Facts, facts_of
from agent.toolbox import call
from warehouse.errors import CloudPricingError, InvalidInput
from warehouse.log import get_logger
from warehouse.reader import Reader
from warehouse.stopping import stoppable

_log = get_logger("mcp")
_PAUSE = 15.0  # seconds without an event; nothing is said then
_Worked = TypeVar("_Worked")
_Context = ServerRequestContext[Any, Any]


def closed(context: _Context) -> Collection[str]:
    """The tools that this caller may not call."""
    return () if "sql" in _caller(context).scopes else (SQL,)


async def read(parts: Parts, context: _Context, work: Callable[[Reader], _Worked]) -> _Worked:
    """What `work` makes of the snapshot in force. Where the caller leaves, its queries are ended.

    Raises MCPError where the server has too much to do.
    """
    try:
        async with parts.admission.entered(_caller(context).id):
            return await _worked(parts, work)
    except RejectedError as error:
        raise _busy(error) from None


def _busy(error: RejectedError) -> MCPError:
    return MCPError(types.INTERNAL_ERROR, f"{error.detail} {error.hint}", error.headers)


async def _worked(parts: Parts, work: Callable[[Reader], _Worked]) -> _Worked:
    """Waits until the thread is done, also where the caller has left: until then it takes up its place."""

    def working() -> _Worked:
        with parts.in_force.reading() as reader:
            return work(reader)

    with stoppable() as stop:
        thread = asyncio.ensure_future(to_thread.run_sync(working))
        try:
            return await asyncio.shield(thread)
        except asyncio.CancelledError:
            stop.give()
            with CancelScope(shield=True), suppress(Exception):
                await thread
            raise


async def listed(
    parts: Parts, context: _Context, params: types.PaginatedRequestParams | None
) -> types.ListToolsResult:
    del params
    hidden = {*closed(context), *([SQL] if "sql" in parts.off else [])}
    return types.ListToolsResult(tools=[one.listed for name, one in offered().items() if name not in hidden])


async def called(
    parts: Parts, context: _Context, params: types.CallToolRequestParams
) -> types.CallToolResult:
    """An error the model can act on is a result; an unknown tool is an error of the protocol."""
    hidden = closed(context)
    tool = offered().get(params.name) if params.name not in hidden else None
    if tool is None:
        known = ", ".join(name for name in offered() if name not in hidden)
        raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name}. There are: {known}.")
    arguments = params.arguments or {}
    try:
        if tool.tool:
            facts = _facts(context)
            facts.query = str(arguments.get("sql") or json.dumps(arguments, ensure_ascii=False))
            facts.tools_used = (params.name,)
            result = await read(parts, context, partial(_found, parts, tool, arguments))
            told = result.structured_content
            facts.snapshot = told["snapshot"]
            facts.price_ids = [row["price_id"] for row in told["rows"] if row.get("price_id")]
            return result
        return await _answered(parts, context, arguments)
    except CloudPricingError as error:
        _log.info("refused", tool=params.name, error=error.message)
        return of_error(error)
    except RejectedError as error:
        if error.status == 503:
            raise _busy(error) from None
        return of_error(CloudPricingError(error.detail, error.hint))
    except MCPError:
        raise
    except Exception as error:  # noqa: BLE001 - the client is told no more than that it is ours
        _log.error("unexpected", tool=params.name, error=type(error).__name__, exc_info=error)
        return of_error(CloudPricingError("This is a defect of the server.", "Its log says more."))


def _found(parts: Parts, tool: Offered, arguments: dict[str, Any], reader: Reader) -> types.CallToolResult:
    assert tool.tool  # noqa: S101 - of `ask` alone there is none
    context = Context.of(reader, parts.asking)
    found = call(context, tool.tool, arguments)
    how = "words" if "knowledge" in context.off else context.degraded.how if context.degraded else None
    notes = [f"Searched by {how} only."] if how and tool.listed.name == KNOWLEDGE else []
    return of_finding(found, reader, tool.columns, tool.more, notes)


async def _answered(parts: Parts, context: _Context, arguments: dict[str, Any]) -> types.CallToolResult:
    """As `/v1/ask` answers: of equal questions one is worked on, and answers are kept."""
    try:
        asked = Asked(**arguments)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{ASK}: {at}: {first['msg']}.", "Correct the argument.") from None
    facts = _facts(context)
    facts.query = asked.question
    found = parts.answering.ask(Question(**asked.model_dump()), _caller(context))
    made = found if isinstance(found, Made) else await _followed(context, found)
    facts.answer, facts.snapshot = made, made.snapshot
    published = await to_thread.run_sync(_published, parts, made.snapshot)
    return of_answer(json.loads(made.body), published)


async def _followed(context: _Context, telling: Telling) -> Made:
    """The answer; each tool that is called for it is told as progress."""
    steps = 0
    async with aclosing(telling.events(_PAUSE)) as events:
        async for event in events:
            if isinstance(event, ToolStarted):
                steps += 1
                await context.session.report_progress(steps, None, event.tool)
            elif isinstance(event, Made):
                return event
    raise AssertionError("an answer without an end")


def _published(parts: Parts, snapshot: str) -> datetime:
    with parts.in_force.reading(snapshot) as reader:
        return reader.snapshot.created_at


def _caller(context: _Context) -> Caller:
    """On stdio it is whoever started the server."""
    return caller_of(context.request.scope) if context.request else Caller("stdio", frozenset(RIGHTS))


def _facts(context: _Context) -> Facts:
    """What the request's line in the log says; on stdio there is none."""
    return facts_of(context.request) if context.request else Facts()
