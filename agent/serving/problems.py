"""Errors as problem+json (RFC 9457): what is wrong, and in `hint` what to do next."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from warehouse import errors
from warehouse.errors import CloudPricingError
from warehouse.log import get_logger

_log = get_logger("serving")
SNAPSHOT = "X-Snapshot"  # the header in which every response names its snapshot
LEFT = 499  # the client closed the connection: nobody reads this
MEDIA_TYPE = "application/problem+json"
# The nearest ancestor decides.
_STATUS: Mapping[type[CloudPricingError], int] = {
    errors.Transient: 503,
    errors.UnknownName: 404,
    errors.InvalidInput: 400,
    errors.QueryInterrupted: 422,
    errors.SnapshotOutdated: 409,
    errors.MissingRequirement: 501,
    errors.Permanent: 503,
}
_HINTS = dict.fromkeys((404, 405), "See /docs for what there is.") | {413: "Send less at once."}


class Problem(BaseModel):
    """What every error's body holds."""

    type: str = Field(description="The kind of problem, stable across releases.")
    title: str
    status: int
    detail: str = Field(description="What is wrong with this request.")
    hint: str = Field(default="", description="What to do next.")
    instance: str = Field(default="", description="The request's id, as in the logs.")
    errors: list[dict[str, Any]] = Field(default=[], description="Each field that cannot be used, and why.")


class RejectedError(Exception):
    """A request that is turned away before any work is done for it."""

    def __init__(
        self, status: int, detail: str, hint: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.hint, self.headers = status, detail, hint, dict(headers or {})


def lacking(scope: str) -> RejectedError:
    hint = f"`cloud-pricing keys create NAME --scope {scope}` makes one that has it."
    return RejectedError(403, f"The API key has not the scope {scope}, which this needs.", hint)


def status_of(error: CloudPricingError) -> int:
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)


def problem(
    request: Request,
    status: int,
    detail: str,
    hint: str = "",
    *,
    kind: str = "",
    headers: Mapping[str, str] | None = None,
    found: list[dict[str, Any]] | None = None,
) -> JSONResponse:
    title = "Client Closed Request" if status == LEFT else HTTPStatus(status).phrase
    said = Problem(
        type=f"urn:cloud-pricing:{kind or title.lower().replace(' ', '-')}",
        title=title,
        status=status,
        detail=detail,
        hint=hint,
        instance=str(request.scope.get("request_id", "")),
        errors=found or [],
    )
    read = request.scope.get("snapshot")
    named = {**(headers or {}), **({SNAPSHOT: read} if read else {})}
    return JSONResponse(said.model_dump(), status, headers=named, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Whatever goes wrong is answered as a problem."""
    for kind, told in _TOLD.items():
        app.add_exception_handler(kind, told)


async def of_error(request: Request, error: Exception) -> JSONResponse:
    """What is answered where no application's handler sees the error."""
    return await next(_TOLD[kind] for kind in type(error).__mro__ if kind in _TOLD)(request, error)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CloudPricingError)  # noqa: S101 - how Starlette types its handlers
    status = status_of(error)
    kind = "".join(f"-{c.lower()}" if c.isupper() else c for c in type(error).__name__).strip("-")
    headers = {"Retry-After": "5"} if isinstance(error, errors.Transient) else None
    return problem(request, status, error.message, error.hint, kind=kind, headers=headers)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RejectedError)  # noqa: S101
    return problem(request, error.status, error.detail, error.hint, headers=error.headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = [{"where": list(one["loc"]), "what": one["msg"]} for one in error.errors()]
    detail = "; ".join(f"{'.'.join(str(part) for part in one['where'])}: {one['what']}" for one in found)
    return problem(request, 422, detail, "See /docs for what each field takes.", found=found)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    hint = _HINTS.get(error.status_code, "")
    return problem(request, error.status_code, str(error.detail), hint, headers=error.headers)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    _log.error("unexpected", error=type(error).__name__, exc_info=error)
    return problem(request, 500, "This is a defect.", "The log says more, under the request's id.")


_TOLD: Mapping[type[Exception], Callable[[Request, Exception], Coroutine[Any, Any, JSONResponse]]] = {
    CloudPricingError: _ours,
    RejectedError: _refused,
    RequestValidationError: _invalid,
    HTTPException: _http,
    Exception: _unexpected,
}
