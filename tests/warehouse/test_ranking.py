"""Rankings joined, and what says nearly the same folded."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.contracts import Document
from warehouse.lexicon import Entry
from warehouse.ranking import Ranked, folded, fused
from warehouse.shards import subject_of


def entry(subject: str, language: str = "en", parent: str | None = None) -> Entry:
    kind, provider = subject.split("/")[0], subject.split("/")[1]
    return Entry(f"{subject}/{language}", subject, kind, provider, language, parent, None, None)


def members(count: int, family: str = "family/aws/m5") -> list[Entry]:
    return [entry(f"machine/aws/m5.{number}", parent=family) for number in range(count)]


def fold(
    ranked: Iterable[Ranked], limit: int = 5, texts: dict[str, str] | None = None
) -> list[tuple[str, list[str]]]:
    def document_of(one: Ranked) -> Document:
        text = (texts or {}).get(one.entry.subject, one.entry.subject.replace("/", " "))
        return Document(one.entry.document_id, one.entry.kind, "en", one.entry.subject, text, "test")

    return [(one.entry.subject, one.folded) for one, _ in folded(ranked, limit, document_of)]


def ranked(*entries: Entry, **named: float) -> list[Ranked]:
    return [
        Ranked(one, score=1 / place, named=named.get(one.subject.rpartition(".")[2], 0))
        for place, one in enumerate(entries, 1)
    ]


def versions(*entries: Entry) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for one in entries:
        found.setdefault(one.subject, {})[one.language] = one.document_id
    return found


def test_what_several_signals_find_is_better_than_the_first_of_one() -> None:
    one, two, three = entry("guide/one"), entry("guide/two"), entry("guide/three")
    entries = {each.document_id: each for each in (one, two, three)}
    signals = {
        "vector": {one.document_id: 0.9, two.document_id: 0.8},
        "words": {three.document_id: 9.0, two.document_id: 8.0},
    }
    found = fused(signals, entries, versions(one, two, three), None)
    assert found[0].entry.subject == "guide/two"
    assert found[0].matched == ["vector", "words"]


def test_a_subject_counts_once_by_its_better_language_and_less_in_another() -> None:
    english, portuguese, other = entry("guide/one"), entry("guide/one", "pt"), entry("guide/two", "pt")
    entries = {each.document_id: each for each in (english, portuguese, other)}
    signals = {"vector": {english.document_id: 0.9, portuguese.document_id: 0.8, other.document_id: 0.7}}
    held = versions(english, portuguese, other)
    anybody, pt, en = (fused(signals, entries, held, language) for language in (None, "pt", "en"))
    assert [each.entry.subject for each in anybody] == ["guide/one", "guide/two"]
    assert anybody[1].score == pt[1].score > en[1].score


def test_members_beyond_the_second_fold_into_the_family() -> None:
    found = fold(ranked(*members(5), entry("family/aws/m5"), entry("guide/x")))
    assert [subject for subject, _ in found] == [
        "machine/aws/m5.0", "machine/aws/m5.1", "family/aws/m5", "guide/x",
    ]  # fmt: skip
    assert dict(found)["family/aws/m5"] == [f"machine/aws/m5.{number}/en" for number in (2, 3, 4)]


def test_without_the_family_they_fold_into_its_first_member() -> None:
    found = dict(fold(ranked(*members(3), entry("guide/x")), limit=3))
    assert found == {"machine/aws/m5.0": ["machine/aws/m5.2/en"], "machine/aws/m5.1": [], "guide/x": []}


def test_what_is_named_exactly_is_never_folded() -> None:
    texts = {f"machine/aws/m5.{number}": "the very same text" for number in range(4)}
    found = fold(ranked(*members(4), **{"3": 0.9, "2": 0.1}), texts=texts)
    assert dict(found) == {
        "machine/aws/m5.0": ["machine/aws/m5.1/en", "machine/aws/m5.2/en"],
        "machine/aws/m5.3": [],
    }


def test_nearly_the_same_text_folds_and_another_figure_does_not() -> None:
    words = " ".join(f"word{number}" for number in range(40))
    regions = [entry(f"region/aws/{name}") for name in ("one", "two", "three")]
    texts = {"region/aws/one": words, "region/aws/two": f"{words} more", "region/aws/three": words[:200]}
    found = fold(ranked(*regions, entry("region/gcp/four")), texts=texts)
    assert [subject for subject, _ in found] == ["region/aws/one", "region/aws/three", "region/gcp/four"]
    assert found[0][1] == ["region/aws/two/en"]


def test_a_limit_is_of_hits_and_folding_makes_room_for_others() -> None:
    found = fold(ranked(*members(9), entry("guide/x"), entry("guide/y")), limit=3)
    assert [subject for subject, _ in found] == ["machine/aws/m5.0", "machine/aws/m5.1", "guide/x"]
    assert all(subject_of(key) != "guide/y" for _, keys in found for key in keys)
