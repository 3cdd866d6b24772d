"""Tools bound to a context, as agno calls them; every call's finding is kept as evidence."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import cache
from typing import Any, get_type_hints

from agno.tools.function import Function
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from agent import (
    commitment_tools,
    compare_tools,
    estimate_tools,
    fact_tools,
    history_tools,
    holding_tools,
    knowledge_tools,
    live_tools,
    recommend_tools,
    sizing_tools,
    token_tools,
    tools,
)
from agent.context import Context
from agent.events import Event, ToolFinished, ToolStarted
from agent.evidence import Finding
from warehouse import tracing
from warehouse.errors import CloudPricingError, InvalidInput, QueryInterrupted

Tool = Callable[..., Finding]

TOOLS: tuple[Tool, ...] = (
    tools.find_offers,
    tools.price_of,
    live_tools.live_price,
    compare_tools.compare,
    compare_tools.differences,
    compare_tools.discounted,
    tools.estimate,
    estimate_tools.estimate_basket,
    estimate_tools.budget,
    commitment_tools.commitment_options,
    history_tools.price_history,
    history_tools.price_on,
    history_tools.spot_days,
    history_tools.token_price_history,
    history_tools.accelerator_history,
    history_tools.price_changes,
    recommend_tools.recommend,
    sizing_tools.fit_model,
    sizing_tools.alternatives,
    fact_tools.refused_prices,
    fact_tools.nearest_prices,
    fact_tools.machine_specs,
    fact_tools.accelerator_specs,
    fact_tools.query_sql,
    holding_tools.freshness,
    holding_tools.coverage,
    holding_tools.holdings,
    holding_tools.refused_rows,
    fact_tools.convert,
    token_tools.token_cost,
    token_tools.token_sellers,
    token_tools.tokens_for,
    token_tools.list_token_prices,
    knowledge_tools.search_knowledge,
)


@cache
def arguments_of(tool: Tool) -> type[BaseModel]:
    """The arguments a model may give: the signature without the context."""
    hints = get_type_hints(tool)
    fields: dict[str, Any] = {
        name: (hints[name], ... if parameter.default is inspect.Parameter.empty else parameter.default)
        for name, parameter in inspect.signature(tool).parameters.items()
        if name != "context"
    }
    return create_model(tool.__name__, __config__=ConfigDict(extra="forbid"), **fields)


@cache
def _schema(tool: Tool) -> dict[str, Any]:
    schema = arguments_of(tool).model_json_schema()
    return {name: schema[name] for name in ("type", "properties", "required", "$defs") if name in schema}


def call(context: Context, tool: Tool, arguments: dict[str, Any]) -> Finding:
    """Run a tool and keep what it found. Raises InvalidInput for arguments that do not fit."""
    tell = context.tell or _nobody
    tell(ToolStarted(tool.__name__, arguments))
    try:
        with tracing.step("tool", tool.__name__) as step:
            step.say({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool.__name__})
            finding = _found(context, tool, arguments)
            step.say({"rows": len(finding.rows), "truncated": finding.truncated})
    except CloudPricingError as error:
        context.failures.append(error)
        tell(ToolFinished(tool.__name__, 0, error=error.message))
        raise
    kept = replace(finding, arguments=dict(arguments))
    context.findings.append(kept)
    tell(ToolFinished(tool.__name__, len(kept.rows), kept.truncated))
    return kept


def _found(context: Context, tool: Tool, arguments: dict[str, Any]) -> Finding:
    if context.closed:
        raise QueryInterrupted("Nobody waits for this answer any more.")
    try:
        model = arguments_of(tool)(**arguments)
        return tool(context, **{name: getattr(model, name) for name in model.model_fields_set})
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{tool.__name__}: {at}: {first['msg']}.", "Correct the argument.") from None


def _nobody(event: Event) -> None:
    del event


def bound(context: Context) -> list[Function]:
    """The tools as agno's functions, without those that cannot be used here."""
    hidden: list[Tool] = [] if context.live else [live_tools.live_price]
    if "sql" in context.off:
        hidden.append(fact_tools.query_sql)
    offered = (tool for tool in TOOLS if tool not in hidden)
    return [_function(context, tool) for tool in offered]


def bare(context: Context, names: Collection[str]) -> list[Function]:
    """These alone, for a model that reads neither schemas nor results: agno copies both at every run."""
    return [_function(context, tool, told=False) for tool in TOOLS if tool.__name__ in names]


def _function(context: Context, tool: Tool, *, told: bool = True) -> Function:
    def entrypoint(**arguments: Any) -> str:
        finding = call(context, tool, arguments)
        return finding.to_json() if told else ""

    return Function(
        name=tool.__name__,
        description=tool.__doc__,
        parameters=_schema(tool) if told else {"type": "object", "properties": {}},
        entrypoint=entrypoint,
        skip_entrypoint_processing=True,
    )
