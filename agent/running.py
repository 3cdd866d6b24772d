"""One run of an agno agent within its budget."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from agno.agent import Agent
from agno.models.base import Model
from agno.models.message import Message
from agno.run.agent import (
    ModelRequestCompletedEvent,
    ModelRequestStartedEvent,
    RunCancelledEvent,
    RunCompletedEvent,
    RunErrorEvent,
)
from agno.tools.function import Function

from agent.beside import beside
from agent.context import Context
from agent.events import Event
from agent.toolbox import bound
from warehouse import tracing
from warehouse.masking import masked

# A model that goes on asking for tools after the last call it may make is refused this often, then left.
_REFUSALS = 2


@dataclass
class Budget:
    """What a question may still cost: tokens, and the moment (`time.monotonic`) the answer is due."""

    tokens: int
    until: float

    def share(self, models: int) -> Budget:
        """An equal part for the next of so many models."""
        now = time.monotonic()
        return Budget(max(0, self.tokens) // models, now + max(0.0, self.until - now) / models)


@dataclass
class Output:
    """`failure` is `slow`, `tokens`, `calls` or the provider's own words; None where there is text."""

    text: str = ""
    tokens: int = 0
    failure: str | None = None


def agent_of(model: Model, tools: Sequence[Function], **given: Any) -> Agent:
    # agno logs every failed tool call to the terminal; failures are in the context, and in our log.
    logging.getLogger("agno").disabled = True
    return Agent(model=model, tools=list(tools), telemetry=False, **given)


def run(
    model: Model, said: Sequence[Message], context: Context, *, instructions: str, calls: int, budget: Budget
) -> Generator[Event, None, Output]:
    """What the model says, and the calls of tools while it is found out; never later than the budget.

    A run that is left is cancelled: agno ends it before the next part of the response or the next call,
    the provider's client at the time limit of a request, and no tool works for it any more.
    """
    agent = agent_of(model, bound(context), instructions=instructions, tool_call_limit=calls)
    output, run_id = Output(), str(uuid4())
    work = partial(_listen, agent, said, run_id, output, budget.tokens, calls)
    try:
        yield from beside(work, context, budget.until)
    except TimeoutError:
        output = Output("", output.tokens, "slow")
    finally:
        if context.closed:
            Agent.cancel_run(run_id)
    return output


def _listen(
    agent: Agent, said: Sequence[Message], run_id: str, output: Output, tokens: int, calls: int
) -> None:
    """Follow the run to its end, and close it where the next request would be more than it may cost."""
    requests = 0
    stream: Any = agent.run(list(said), stream=True, stream_events=True, run_id=run_id)
    with closing(stream):
        for event in stream:
            if isinstance(event, ModelRequestStartedEvent):
                requests += 1
                if output.tokens >= tokens or requests > calls + _REFUSALS:
                    output.failure = "tokens" if output.tokens >= tokens else "calls"
                    return
            elif isinstance(event, ModelRequestCompletedEvent):
                output.tokens += event.total_tokens or 0
                tracing.spent(
                    str(event.model_provider),
                    str(event.model),
                    event.input_tokens or 0,
                    event.output_tokens or 0,
                )
            elif isinstance(event, RunCompletedEvent):
                output.text = str(event.content or "").strip()
            elif isinstance(event, RunErrorEvent | RunCancelledEvent):
                told = masked(str(event.content or "cancelled"), getattr(agent.model, "api_key", None))
                output.failure = " ".join(told.split())[:200]
