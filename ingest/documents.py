"""Guides: Markdown with YAML front matter in `data/knowledge/<language>/` becomes Documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from warehouse.contracts import Document
from warehouse.errors import InvalidInput
from warehouse.settings import settings

LANGUAGES = ("en", "pt")

_FIELDS: dict[str, type] = {
    "id": str,
    "title": str,
    "language": str,
    "topics": list,
    "questions": list,
    "written": date,
    "sources": list,
}
_FENCE = "---"


def guides(folder: Path | None = None) -> list[Document]:
    """Every guide, by document_id. Raises InvalidInput naming the file and the field."""
    root = folder or settings().data / "knowledge"
    found = {document.document_id: document for document in _read_all(root)}
    return [found[key] for key in sorted(found)]


def _read_all(root: Path) -> Iterator[Document]:
    seen: dict[str, Path] = {}
    for language in LANGUAGES:
        for path in sorted((root / language).glob("*.md")):
            document = read_guide(path)
            if document.language != language:
                raise _invalid(path, "language", f"is {document.language!r} in the folder {language!r}")
            if document.document_id in seen:
                raise _invalid(path, "id", f"is also that of {seen[document.document_id]}")
            seen[document.document_id] = path
            yield document


def read_guide(path: Path) -> Document:
    """One guide as a Document."""
    fields, body = _split(path)
    for name, kind in _FIELDS.items():
        value = fields.get(name)
        if not isinstance(value, kind) or (kind is not date and not value):
            raise _invalid(
                path, name, "is missing" if value is None else f"must be a non-empty {kind.__name__}"
            )
    for name in ("topics", "questions"):
        if not all(isinstance(item, str) for item in fields[name]):
            raise _invalid(path, name, "must hold only text")
    if not all(isinstance(source, dict) and source.get("url") for source in fields["sources"]):
        raise _invalid(path, "sources", "must each have a title and a url")
    if fields["language"] not in LANGUAGES:
        raise _invalid(path, "language", f"must be one of {', '.join(LANGUAGES)}")
    if not body:
        raise _invalid(path, "body", "is empty")
    return Document(
        document_id=f"guide/{fields['id']}/{fields['language']}",
        kind="guide",
        language=fields["language"],
        title=fields["title"],
        text=body,
        source=fields["sources"][0]["url"],
        keywords=", ".join([*fields["topics"], *fields["questions"]]),
        summary=_summary(body),
        valid_from=fields["written"],
    )


def _split(path: Path) -> tuple[dict[str, Any], str]:
    text = path.read_text(encoding="utf-8")
    front, fence, body = text.removeprefix(f"{_FENCE}\n").partition(f"\n{_FENCE}\n")
    if not fence or front == text[: len(front)]:
        raise _invalid(path, "front matter", f"must stand between two lines of {_FENCE}")
    try:
        fields = yaml.safe_load(front)
    except yaml.YAMLError as error:
        raise _invalid(path, "front matter", f"is not YAML: {error}") from None
    if not isinstance(fields, dict):
        raise _invalid(path, "front matter", "must be a mapping of fields")
    return fields, body.strip()


def _summary(body: str) -> str:
    """The first paragraph that is not a heading, on one line."""
    paragraphs = (paragraph.strip() for paragraph in body.split("\n\n"))
    return next((" ".join(one.split()) for one in paragraphs if one and not one.startswith("#")), "")


def _invalid(path: Path, field: str, problem: str) -> InvalidInput:
    return InvalidInput(
        f"{path}: {field} {problem}.", "Correct the guide; its format is shown in any other guide."
    )
