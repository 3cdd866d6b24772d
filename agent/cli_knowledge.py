"""`cloud-pricing knowledge`: search and read what a snapshot knows, and take its vectors along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import typer

from agent import terminal
from agent.cli_choice import AsOf, SnapshotId, reader_of, say_which
from agent.cli_records import emit
from agent.cli_vectors import export_vectors, import_vectors
from agent.knowledge_tools import INDEX
from agent.terminal import line, note
from warehouse.contracts import Hit, QueryResult
from warehouse.errors import InvalidInput, UnknownName

app = typer.Typer(help="Search, show, export and import the knowledge base.", no_args_is_help=True)

_LINES, _CHARACTERS = 3, 240  # of a text, in a list
_FILES = 3

Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What to look for, in English or Portuguese.")],
    provider: Annotated[
        str | None, typer.Option("--provider", help="Only its documents, and those of no provider.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="guide, machine, region, ...; may be repeated.")
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="In this language where there is one: en or pt.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="Only what held on this day, such as 2026-11-01.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="Documents to show.")] = 5,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Find documents by meaning, names and words."""
    if not text.strip():
        raise InvalidInput("There is nothing to look for.", "Give a few words.")
    with reader_of(snapshot, as_of) as reader:
        held = reader.named("documents_held").records()
        _one_of("--kind", kind or [], {row["kind"] for row in held})
        _one_of(
            "--provider", [provider.lower()] if provider else [], {row["provider"] for row in held} - {None}
        )
        _one_of("--lang", [lang] if lang else [], {row["language"] for row in held})
        damaged = reader.knowledge_damage()
        found = reader.knowledge().find(
            text,
            limit=limit,
            provider=provider.lower() if provider else None,
            language=lang,
            kinds=kind or None,
            on=_day(on),
            signals=("words", "name") if damaged.keys() - {INDEX} else None,
        )
        hits, degraded = found.hits, _told(damaged) or found.degraded
        say_which(reader, as_of)
    if as_json:
        emit({"snapshot": reader.snapshot.id, "degraded": degraded, "hits": [_record(hit) for hit in hits]})
    else:
        for number, hit in enumerate(hits, 1):
            _show_hit(number, hit)
        if not hits:
            note("Nothing was found.")
    if degraded:
        note(f"Search is degraded: {degraded.rstrip('.')}. `cloud-pricing doctor` says how to mend it.")


@app.command()
def show(
    document_id: Annotated[str, typer.Argument(help="Such as guide/spot-instances/en.")],
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """A document, whole."""
    with reader_of(snapshot, as_of) as reader:
        found = reader.named("document", document_id=document_id).records()
        say_which(reader, as_of)
    exact = [one for one in found if one["document_id"] == document_id]
    if not exact:
        ids = " or ".join(one["document_id"] for one in found)
        hint = f"It is {ids}." if ids else "`cloud-pricing knowledge search` finds ids."
        raise UnknownName(f"No document is called {document_id}.", hint)
    if as_json:
        emit(exact[0])
        return
    (one,) = exact
    line(one["title"], "bold")
    line(
        " · ".join(
            filter(None, (one["document_id"], one["kind"], one["provider"], _valid(one), one["source"]))
        )
    )
    line(f"\n{one['text']}")


app.command("export")(export_vectors)
app.command("import")(import_vectors)


@app.command()
def status(snapshot: SnapshotId = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """What the knowledge base of a snapshot holds, and where its vectors are."""
    with reader_of(snapshot, as_of) as reader:
        held = reader.named("documents_held").records()
        told, damaged = reader.snapshot.knowledge, reader.knowledge_damage()
        files = {name: file["size"] for name, file in reader.snapshot.files.items()}
        say_which(reader, as_of)
    counts = Counter({(row["kind"], row["language"]): 0 for row in held})
    for row in held:
        counts[row["kind"], row["language"]] += row["documents"]
    where = list(told.get("servers") or ()) or [str(reader.folder / "chroma")]
    size = sum(size for name, size in files.items() if name.startswith("chroma/"))
    record = {
        "snapshot": reader.snapshot.id,
        "vectors": told.get("model"),
        "where": where,
        "vector_bytes": size,
        "embedded": told.get("embedded") or 0,
        "reused": told.get("reused") or 0,
        "damaged": damaged,
        "documents": [
            {"kind": kind, "language": language, "documents": count}
            for (kind, language), count in counts.items()
        ],
    }
    if as_json:
        emit(record)
        return
    _show_status(record, counts)


def _show_status(record: Mapping[str, Any], counts: Mapping[tuple[str, str], int]) -> None:
    languages = sorted({language for _, language in counts})
    kinds = sorted({kind for kind, _ in counts})
    rows = tuple((kind, *(counts.get((kind, one)) for one in languages)) for kind in kinds)
    line(f"Snapshot {record['snapshot']}: {sum(counts.values()):,} documents.")
    terminal.show(QueryResult(("kind", *languages), rows))
    size = f", {record['vector_bytes'] / 1e6:.1f} MB" if record["vector_bytes"] else ""
    line(f"Vectors: {record['vectors']}, in {', '.join(record['where'])}{size}.")
    counted = f"{record['embedded']:,} were embedded when it was published, {record['reused']:,} reused"
    line(f"Of its texts {counted}.")
    if record["damaged"]:
        note(f"{_told(record['damaged'])}. `cloud-pricing doctor` says how to mend it.")


def _told(damaged: Mapping[str, str]) -> str:
    """The first few; a damaged folder has hundreds."""
    named = [f"{name}: {what}" for name, what in list(damaged.items())[:_FILES]]
    more = f" and {len(damaged) - _FILES} more" if len(damaged) > _FILES else ""
    return "; ".join(named) + more


def _one_of(option: str, given: Sequence[str], known: set[str]) -> None:
    for one in given:
        if one not in known:
            raise InvalidInput(f"{option}: there is no {one}.", f"There are {', '.join(sorted(known))}.")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise InvalidInput(f"--on: {text} is no date.", "Write it as 2026-11-01.") from None


def _record(hit: Hit) -> dict[str, Any]:
    about = {name: value for name, value in vars(hit.document).items() if name != "keywords"}
    return {**about, "score": hit.score, "matched": hit.matched, "folded": hit.folded}


def _show_hit(number: int, hit: Hit) -> None:
    document = hit.document
    head = f"{number}. {document.title}"
    line(head, "bold", head=len(head))
    parts = (document.kind, document.provider, document.document_id, _valid(vars(document)))
    line("   " + " · ".join(filter(None, parts)))
    folded = f", {len(hit.folded)} that say nearly the same left out" if hit.folded else ""
    line(f"   score {hit.score:.4f}, matched by {', '.join(hit.matched)}{folded}", "dim")
    for text in _first_lines(document.text):
        line(f"   {text}")


def _valid(one: Mapping[str, Any]) -> str:
    """`since 2026-03-01, confirmed 2026-11-20`; an older snapshot knows neither."""
    since, until = one.get("valid_from"), one.get("valid_to")
    parts = (f"since {since}" if since else "", f"confirmed {until}" if until else "")
    return ", ".join(filter(None, parts))


def _first_lines(text: str) -> list[str]:
    """Of a list or a table the first line says little."""
    lines = [one.strip() for one in text.splitlines() if one.strip()[:1].isalnum()][:_LINES]
    return [one if len(one) <= _CHARACTERS else f"{one[:_CHARACTERS].rsplit(' ', 1)[0]} …" for one in lines]
