"""`cloud-pricing keys`: who may ask the server, and what."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli_records import emit
from agent.terminal import line, note, out, show
from warehouse.contracts import QueryResult
from warehouse.errors import InvalidInput
from warehouse.log import get_logger
from warehouse.settings import settings

if TYPE_CHECKING:
    from agent.serving.caller import Right
    from agent.serving.keys import Keys

app = typer.Typer(help="Create, list and revoke the API keys of the server.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
Name = Annotated[str, typer.Argument(help="Who or what the key is for, as logs will say it.")]
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}
_log = get_logger("keys")


@app.command()
def create(
    name: Name,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            help="What it may do: `ask` (everything but the rest), `sql`, `admin` (metrics); repeat it for "
            "several. `ask` if left out.",
        ),
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", help="When it ends by itself: 12h, 90d, 8w; never if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a key and show it, this once: only its hash is kept."""
    scopes, ends = _scopes(scope or ["ask"]), _end(expires) if expires else None
    secret = _keys().create(name, scopes, ends)
    _log.info("created", key=name, scopes=scopes, expires_at=ends)
    if as_json:
        emit({"name": name, "scopes": scopes, "expires_at": ends, "key": secret})
        return
    out.print(secret, soft_wrap=True)
    note(f"Shown this once. Send it as `Authorization: Bearer …`. Scopes: {', '.join(scopes)}.")


@app.command("list")
def list_keys(as_json: Json = False) -> None:
    """The keys there are, without their secrets."""
    rows = [
        {**key.model_dump(exclude={"digest"}), "state": "expired" if key.expired else "usable"}
        for key in _keys().all()
    ]
    if as_json:
        emit(rows)
    elif not rows:
        note("No key. `cloud-pricing keys create NAME` makes one.")
    else:
        shown = [{**row, "scopes": ", ".join(row["scopes"])} for row in rows]
        show(QueryResult(tuple(shown[0]), tuple(tuple(row.values()) for row in shown)))


@app.command()
def revoke(name: Name) -> None:
    """End a key; servers that run refuse it at once."""
    _keys().revoke(name)
    _log.info("revoked", key=name)
    line(f"{name} lets nobody in any more.")


def _keys() -> Keys:
    from agent.serving.keys import Keys

    return Keys(settings().store)


def _scopes(asked: list[str]) -> tuple[Right, ...]:
    from agent.serving.caller import RIGHTS

    unknown = sorted(set(asked) - set(RIGHTS))
    if unknown:
        raise InvalidInput(f"There is no scope {unknown[0]}.", f"Use {', '.join(RIGHTS)}.")
    return tuple(right for right in RIGHTS if right in asked)


def _end(text: str) -> datetime:
    found = re.fullmatch(r"([1-9]\d{0,5})([hdw])", text)
    if not found:
        raise InvalidInput(f"{text} is no time a key can last.", "Use hours, days or weeks: 12h, 90d, 8w.")
    return datetime.now(UTC).replace(microsecond=0) + timedelta(hours=int(found[1]) * _HOURS[found[2]])
