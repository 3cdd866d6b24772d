"""`cloud-pricing knowledge`: what is found, shown, taken along and put elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from warehouse import snapshots
from warehouse.settings import settings

Cli = Callable[..., Any]
GUIDE = "guide/spot-instances/en"


def test_a_search_says_what_and_why(run: Cli, small_store: Path) -> None:
    found = run("knowledge", "search", "when is spot worth it?", "--lang", "en", "--json").json()
    best = found["hits"][0]
    assert (best["document_id"], best["kind"], best["language"]) == (GUIDE, "guide", "en")
    assert best["score"] > 0
    assert {"words", "name"} <= set(best["matched"])
    assert (found["snapshot"], found["degraded"]) == (snapshots.current_id(small_store), None)
    done = run("knowledge", "search", "when is spot worth it?", "--lang", "en", "--limit", "1")
    assert (done.code, done.err) == (0, "")
    title, about, score, *text = done.out.splitlines()
    assert title == f"1. {best['title']}"
    assert GUIDE in about
    assert f"since {best['valid_from']}" in about
    assert "matched by" in score
    assert text[0].strip().startswith("Spot is worth it")


def test_a_search_keeps_to_kinds_providers_and_languages(run: Cli) -> None:
    def ids(*options: str) -> list[str]:
        found = run("knowledge", "search", "m5.xlarge spot", *options, "--json").json()
        return [hit["document_id"] for hit in found["hits"]]

    assert all(one.startswith("machine/aws/") for one in ids("--kind", "machine", "--provider", "AWS"))
    assert ids("--kind", "machine")
    assert all(one.endswith("/pt") for one in ids("--lang", "pt"))
    assert len(ids("--limit", "1")) == 1


def test_nothing_relevant_is_nothing_found(run: Cli) -> None:
    done = run("knowledge", "search", "zzzz qqqq xyzzy")
    assert (done.code, done.out, done.err) == (0, "", "Nothing was found.\n")


def test_a_day_before_the_figures_held_finds_none_of_them(run: Cli) -> None:
    text = ("knowledge", "search", "m5.xlarge", "--kind", "machine", "--lang", "en", "--json")
    held = run(*text, "--on", "2026-11-20").json()["hits"]
    assert "machine/aws/m5.xlarge/en" in {hit["document_id"] for hit in held}
    assert run(*text, "--on", "2020-01-01").json()["hits"] == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("search", ""), "nothing to look for"),
        (("search", "spot", "--kind", "song"), "there is no song"),
        (("search", "spot", "--provider", "nobody"), "there is no nobody"),
        (("search", "spot", "--lang", "fr"), "there is no fr"),
        (("search", "spot", "--on", "tomorrow"), "tomorrow is no date"),
        (("search", "spot", "--limit", "0"), "--limit"),
        (("search", "spot", "--snapshot", "2026", "--as-of", "2026-11-01"), "one of them"),
        (("search", "spot", "--as-of", "2020-01-01"), "backup restore --at"),
        (("show", "guide/none/en"), "No document is called guide/none/en"),
        (("show", "guide/spot-instances"), "It is guide/spot-instances/en or guide/spot-instances/pt"),
        (("import", "/nowhere.parquet", "--into", "x"), "/nowhere.parquet"),
        (("import", "/nowhere.parquet"), "--into"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_one_line(run: Cli, arguments: tuple[str, ...], named: str) -> None:
    done = run("knowledge", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert named in done.err


def test_a_document_is_shown_whole(run: Cli) -> None:
    one = run("knowledge", "show", GUIDE, "--json").json()
    assert (one["document_id"], one["language"]) == (GUIDE, "en")
    done = run("knowledge", "show", GUIDE)
    assert done.out.startswith(f"{one['title']}\n")
    assert one["text"].splitlines()[-1] in done.out


def test_the_status_counts_documents_and_says_where_vectors_are(run: Cli, small_store: Path) -> None:
    told = run("knowledge", "status", "--json").json()
    manifest = snapshots.load(small_store).manifest
    assert sum(row["documents"] for row in told["documents"]) == manifest.rows["documents"]
    assert (told["vectors"], told["damaged"]) == (manifest.knowledge["model"], {})
    assert (told["embedded"], told["reused"]) == (
        manifest.knowledge["embedded"],
        manifest.knowledge["reused"],
    )
    assert told["where"] == [str(snapshots.load(small_store).folder / "chroma")]
    said = run("knowledge", "status").out
    assert "guide\t1\t1" in said
    assert f"Vectors: {told['vectors']}, in {told['where'][0]}" in said


def test_the_search_is_of_the_snapshot_chosen(refreshed: tuple[str, str], change: Cli) -> None:
    older, newer = refreshed
    for how, wanted in ((("--snapshot", older), older), ((), newer)):
        found = change(
            "knowledge", "search", "spot", "--kind", "guide", "--lang", "en", *how, "--json"
        ).json()
        texts = " ".join(hit["text"] for hit in found["hits"])
        assert (found["snapshot"], "Hourly lottery" in texts) == (wanted, wanted == newer)
    assert (
        change("knowledge", "show", GUIDE, "--snapshot", older, "--json").json()["text"]
        != (change("knowledge", "show", GUIDE, "--json").json()["text"])
    )


def test_a_question_is_answered_from_the_knowledge_of_its_snapshot(
    refreshed: tuple[str, str], change: Cli
) -> None:
    older, newer = refreshed
    now = change("ask", "when is spot worth it?", "--json").json()
    then = change("ask", "when is spot worth it?", "--snapshot", older, "--json").json()
    assert ("Hourly lottery" in now["text"], "Hourly lottery" in then["text"]) == (True, False)
    assert "Spot is worth it when work can stop" in then["text"]
    assert (now["snapshot"], then["snapshot"]) == (newer, older)
    assert older in " ".join(then["caveats"])
    found = change("snapshots", "diff", older, newer, "--json").json()
    assert [one["document_id"] for one in found["documents_changed"] if one["kind"] == "guide"] == [GUIDE]


@pytest.fixture
def refreshed(house: Any, change: Cli, store: Path) -> tuple[str, str]:
    """Two snapshots; in the later the guide says something else."""
    settings.cache_clear()
    older = str(snapshots.current_id(store))
    guide = settings().data / "knowledge" / "en" / "spot-instances.md"
    held = guide.read_text(encoding="utf-8")
    guide.write_text(
        held.replace("Spot is worth it when", "Hourly lottery: spot is worth it when"), encoding="utf-8"
    )
    published = type(house)(settings()).publish()
    assert (published.changed, published.embedded > 0) == (True, True)
    return older, str(published.snapshot)


# --- taken along


def test_vectors_go_into_a_file_and_into_another_chroma(run: Cli, tmp_path: Path, small_store: Path) -> None:
    file, other = tmp_path / "taken" / "vectors.parquet", tmp_path / "chroma"
    made = run("knowledge", "export", str(file), "--json").json()
    count = snapshots.load(small_store).manifest.rows["documents"]
    assert (made["documents"], made["snapshot"]) == (count, snapshots.current_id(small_store))
    assert made["bytes"] == file.stat().st_size
    put = run("knowledge", "import", str(file), "--into", str(other), "--json").json()
    assert (put["documents"], put["digest"]) == (count, made["digest"])
    assert (other / "chroma.sqlite3").is_file()
    assert snapshots.verify(snapshots.load(small_store)) == []


def test_nothing_is_overwritten_unasked(run: Cli, tmp_path: Path, small_store: Path) -> None:
    file = tmp_path / "vectors.parquet"
    assert run("knowledge", "export", str(file)).code == 0
    done = run("knowledge", "export", str(file))
    assert (done.code, "--force" in done.err) == (2, True)
    assert run("knowledge", "export", str(file), "--force").code == 0

    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear", encoding="utf-8")
    for options in ((), ("--replace",)):
        done = run("knowledge", "import", str(file), "--into", str(mine), *options)
        assert (done.code, "is not empty" in done.err) == (2, True)
    assert (mine / "letter.txt").read_text(encoding="utf-8") == "dear"
    published = snapshots.load(small_store).folder / "chroma"
    done = run("knowledge", "import", str(file), "--into", str(published), "--replace")
    assert (done.code, "nobody writes to" in done.err) == (2, True)
    done = run("knowledge", "import", str(file), "--into", "s3://bucket/x")
    assert (done.code, done.err.count("\n")) == (2, 1)

    other = tmp_path / "chroma"
    assert run("knowledge", "import", str(file), "--into", str(other)).code == 0
    done = run("knowledge", "import", str(file), "--into", str(other))
    assert (done.code, "holds vectors already" in done.err) == (2, True)
    assert run("knowledge", "import", str(file), "--into", str(other), "--replace").code == 0


def test_a_file_that_holds_no_vectors_is_told(run: Cli, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1 no")
    done = run("knowledge", "import", str(tmp_path / "x.parquet"), "--into", str(tmp_path / "chroma"))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "x.parquet" in done.err
    assert not (tmp_path / "chroma").exists()
