"""The application: its routes, and what runs beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from importlib import metadata

from fastapi import Depends, FastAPI
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from starlette.routing import Route

from agent.serving import problems, protection, validators
from agent.serving.described import Heads, describe, only_described
from agent.serving.gauges import Gauges, TokenPrices
from agent.serving.in_force import follow
from agent.serving.mcp_server import over_http
from agent.serving.parts import Parts
from agent.serving.problems import Problem
from agent.serving.request_log import API, RequestLog
from agent.serving.routes import (
    advice,
    ask,
    health,
    held,
    knowledge,
    measures,
    offers,
    page,
    prices,
    reference,
    snapshots,
    sql,
)

_DATA = (offers, prices, advice, sql, knowledge, held, snapshots)

_ABOUT = "What every cloud costs: offers, prices and their history, estimates, and answers with citations."


def create_app(parts: Parts) -> FastAPI:
    """The server over `parts`, which it closes when it ends."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncGenerator[None, None]:
        watching = asyncio.create_task(follow(parts.in_force, parts.given.swap_seconds))
        try:
            async with mcp.run():
                yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await parts.close()

    mcp = over_http(parts)
    app = FastAPI(
        title="Cloud prices",
        version=metadata.version("cloud-pricing-agent"),
        description=_ABOUT,
        lifespan=running,
        docs_url=None,  # it would load its scripts from elsewhere; `reference` does not
        redoc_url=None,
        # Its spans hold the query string, where questions and SQL may be; `RequestLog` makes those of ours.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        generate_unique_id_function=lambda route: route.name,
        responses={"default": {"model": Problem, "description": "What is wrong, and what to do next."}},
    )
    app.state.parts = parts
    problems.install(app)
    validators.install(app)
    describe(app)
    app.include_router(health.router)
    app.include_router(measures.router)
    app.include_router(ask.router, prefix=API)
    for one in _DATA:
        app.include_router(one.router, prefix=API, dependencies=[Depends(only_described)])
    app.include_router(page.router)
    app.include_router(reference.router)
    # Without sessions the stream that GET opens would stay silent, and open for ever.
    spoken = Route("/mcp", StreamableHTTPASGIApp(mcp), methods=["POST", "DELETE"], include_in_schema=False)
    app.router.routes.append(spoken)
    if parts.agentos:
        from agent.serving.agentos import agentos_over  # some seconds of imports

        app.mount("/agno", agentos_over(parts, parts.agentos))
    parts.metrics.price = TokenPrices(parts.in_force).of
    parts.metrics.registry.register(Gauges(parts))
    app.add_middleware(Heads)
    protection.install(app, parts.given, parts.keys, parts.rates, parts.audit)
    app.add_middleware(RequestLog, metrics=parts.metrics)
    return app
