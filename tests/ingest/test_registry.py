from pathlib import Path

import pytest

from ingest import registry
from warehouse.errors import UnknownName

ROOM = Path(registry.__file__).parent


def test_registry_and_folder_hold_the_same_sources() -> None:
    modules = {path.stem for path in (ROOM / "sources").glob("*.py")} - {"__init__"}
    assert [info.name for info in registry.SOURCES] == list(
        dict.fromkeys(info.name for info in registry.SOURCES)
    )
    assert modules == {info.name for info in registry.SOURCES}


def test_statements_and_fixtures_exist_for_every_source() -> None:
    for info in registry.SOURCES:
        assert list((ROOM / "sql" / info.name).glob("*.sql")), info.name
        fixtures = Path(__file__).parent / "fixtures" / info.name
        assert any((fixtures / name).is_file() for name in ("scopes.json", "replay.json")), info.name
        assert (Path(__file__).parent / "sources" / f"test_{info.name}.py").is_file(), info.name


@pytest.mark.parametrize("info", registry.SOURCES, ids=lambda info: info.name)
def test_a_source_is_named_like_its_module(info: registry.SourceInfo) -> None:
    assert info.name == registry.load(info.name).NAME


def test_an_unknown_name_is_refused_with_near_ones() -> None:
    with pytest.raises(UnknownName, match="libcloud"):
        registry.get("libclod")
    with pytest.raises(UnknownName, match="Known sources: libcloud, genai_prices"):
        registry.get("zzz")
