from datetime import date
from pathlib import Path

import pytest

from ingest.documents import guides, read_guide
from warehouse.errors import InvalidInput

GUIDE = """---
id: spot
title: When to use spot
language: en
topics: [spot, interruption]
questions: ["When is spot worth it?"]
written: 2026-11-22
sources:
  - {title: Spot, url: https://example.com/spot}
---
# Spot

Spot is worth it when work
can stop.

## More

Text with --- in it.
"""


def write(folder: Path, text: str, name: str = "en/spot.md") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_guide_becomes_a_document(tmp_path: Path) -> None:
    document = read_guide(write(tmp_path, GUIDE))
    assert (document.document_id, document.kind, document.language) == ("guide/spot/en", "guide", "en")
    assert document.summary == "Spot is worth it when work can stop."
    assert document.keywords == "spot, interruption, When is spot worth it?"
    assert document.source == "https://example.com/spot"
    assert document.text.startswith("# Spot")
    assert document.text.endswith("Text with --- in it.")
    assert (document.valid_from, document.valid_to) == (date(2026, 11, 22), None)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("id: spot\n", "", "id is missing"),
        ("title: When to use spot", "title: 3", "title must be"),
        ("language: en", "language: fr", "language must be one of"),
        ("topics: [spot, interruption]", "topics: []", "topics must be"),
        ('questions: ["When is spot worth it?"]', "questions: [3]", "questions must hold only text"),
        ("written: 2026-11-22", "written: soon", "written must be"),
        (", url: https://example.com/spot", "", "sources must each have"),
        ("language: en", "language: [", "front matter is not YAML"),
        ("---\nid", "id", "front matter must stand"),
        ("---\nid", "text\n---\nid", "front matter must stand"),
    ],
)
def test_an_invalid_guide_is_named_with_its_field(tmp_path: Path, old: str, new: str, field: str) -> None:
    path = write(tmp_path, GUIDE.replace(old, new, 1))
    with pytest.raises(InvalidInput, match=field) as caught:
        read_guide(path)
    assert str(path) in str(caught.value)


def test_a_guide_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="body is empty"):
        read_guide(write(tmp_path, GUIDE.split("# Spot")[0]))


def test_guides_of_both_languages_are_found_and_must_lie_in_their_folder(tmp_path: Path) -> None:
    write(tmp_path, GUIDE)
    write(tmp_path, GUIDE.replace("language: en", "language: pt"), "pt/spot.md")
    assert [one.document_id for one in guides(tmp_path)] == ["guide/spot/en", "guide/spot/pt"]
    write(tmp_path, GUIDE.replace("id: spot", "id: other"), "pt/other.md")
    with pytest.raises(InvalidInput, match="in the folder 'pt'"):
        guides(tmp_path)


def test_two_guides_may_not_share_an_id(tmp_path: Path) -> None:
    write(tmp_path, GUIDE)
    write(tmp_path, GUIDE, "en/twin.md")
    with pytest.raises(InvalidInput, match="id is also that of"):
        guides(tmp_path)


def test_our_own_guides_can_be_read_in_both_languages() -> None:
    found = guides()
    by_language = {
        language: {one.document_id.split("/")[1] for one in found if one.language == language}
        for language in ("en", "pt")
    }
    assert by_language["en"] == by_language["pt"]
    assert len(by_language["en"]) >= 15
