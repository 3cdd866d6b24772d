"""The names a snapshot knows, indexed by the way people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from agent.per_snapshot import once_per_snapshot
from agent.understand.fold import key, phrase
from agent.understand.lexicon import lexicon
from agent.understand.spelling import model_key, model_keys
from warehouse.reader import Reader

Pair = tuple[str, str]  # provider and region code


@dataclass(frozen=True)
class Machine:
    provider: str
    name: str
    family: str | None = None


@dataclass(frozen=True)
class Place:
    """Somewhere, as the regions that lie in it: pairs of provider and region code."""

    kind: str  # region | city | country | geography
    label_en: str
    label_pt: str
    regions: frozenset[Pair]

    def label(self, language: str) -> str:
        return self.label_pt if language == "pt" else self.label_en


_WIDEST = ("geography", "country", "city", "region")


@dataclass(frozen=True)
class LlmModel:
    provider: str
    model: str
    name: str


@dataclass
class Vocabulary:
    """Every index maps a name's key (see fold.key) to what it may mean."""

    providers: frozenset[str] = frozenset()
    llm_providers: frozenset[str] = frozenset()
    machines: dict[str, list[Machine]] = field(default_factory=dict)
    families: dict[str, list[Machine]] = field(default_factory=dict)
    accelerators: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sold_accelerators: frozenset[str] = frozenset()
    places: dict[str, list[Place]] = field(default_factory=dict)
    models: dict[str, list[LlmModel]] = field(default_factory=dict)
    portuguese: frozenset[str] = frozenset()  # words of places that only Portuguese has, such as Estocolmo
    services: frozenset[str] = frozenset()  # storage and traffic that have a price
    sources: dict[str, int] = field(default_factory=dict)  # the days after which a source's data is stale
    credits: dict[str, str] = field(default_factory=dict)  # title and licence of sources that ask to be named
    codes: dict[str, set[Pair]] = field(default_factory=dict)
    apart: frozenset[Pair] = frozenset()
    sold: frozenset[Pair] = frozenset()  # regions that machines have prices in
    sold_by: dict[str, list[LlmModel]] = field(default_factory=dict)  # the models of each seller
    kept: dict[tuple[str, str], Any] = field(default_factory=dict)  # what is worked out from it once

    def open_to_all(self, regions: frozenset[Pair]) -> frozenset[Pair]:
        """Without those set apart for governments, of providers that have others among them."""
        usual = {provider for provider, _ in regions - self.apart}
        return frozenset(pair for pair in regions if pair not in self.apart or pair[0] not in usual)

    def place(self, name: str) -> Place | None:
        """All that goes by this name, as one place."""
        found = self.places.get(key(name))
        if not found:
            return None
        exact = self.codes.get(name)
        if exact and all(place.kind == "region" for place in found):
            # `us-east1` is one provider's region and `us-east-1` another's.
            return Place("region", name, name, frozenset(exact))
        regions = frozenset[Pair]().union(*(place.regions for place in found))
        widest = min(found, key=lambda place: _WIDEST.index(place.kind))
        return Place(widest.kind, widest.label_en, widest.label_pt, regions)


_CARD = re.compile(r"RTX(\d\d[6-9]0(?:Ti)?)")  # said without its RTX: a 4090
_SIZED = "$_"  # what follows is the size of a machine sold in any: VM.Standard.E4.Flex$_4_16
_NAMED = re.compile(r"CC-BY|ODbL|source named")  # licences under which whoever uses the data names its source

_SHORT = 4  # letters of words such as `nova`, which are names of other things
_MISSISSIPPI, _ROCKIES = -89.5, -110.0  # degrees east


@once_per_snapshot
def vocabulary(reader: Reader) -> Vocabulary:
    """The vocabulary of the reader's snapshot."""
    words = Vocabulary()
    _add_machines(words, reader.named("vocabulary_machines").records())
    _add_accelerators(words, reader.named("vocabulary_accelerators").records()[0]["accelerators"] or [])
    countries = reader.named("vocabulary_countries").records()[0]["countries"] or []
    geographies = reader.named("vocabulary_geographies").records()[0]["geographies"] or []
    regions = reader.named("vocabulary_regions").records()
    _add_places(words, regions, countries, geographies)
    _add_coasts(words, regions)
    _add_nicknames(words)
    words.portuguese = _only_portuguese(regions, countries)
    _add_apart(words, regions)
    _add_models(words, reader.named("vocabulary_models").records())
    services = reader.named("vocabulary_services").records()
    words.services = frozenset(row["item"] for row in services if row["priced"])
    for row in reader.named("vocabulary_sources").records():
        words.sources[row["source"]] = row["max_age_days"]
        if _NAMED.search(row["licence"]):
            words.credits[row["source"]] = f"{row['title']}, {row['licence']}"
    return words


def _add_machines(words: Vocabulary, rows: list[dict[str, Any]]) -> None:
    words.providers = frozenset(row["provider"] for row in rows)
    for row in rows:
        for name, family in zip(row["names"], row["families"], strict=True):
            machine = Machine(row["provider"], name, family)
            for spelling in _machine_keys(name):
                words.machines.setdefault(spelling, []).append(machine)
            for spelling in _family_names(name, family):
                words.families.setdefault(key(spelling), []).append(machine)
    # Old lists price `p4d` as if a family were a machine.
    for name in words.machines.keys() & words.families.keys():
        if all(machine.family is None for machine in words.machines[name]):
            del words.machines[name]


def _family_names(name: str, family: str | None) -> set[str]:
    """What a family is called: Standard.A1, and A1 too; of machines in any size, what precedes it."""
    shape = name.partition(_SIZED)[0] if _SIZED in name else ""
    return {said for said in (family, (family or "").rpartition(".")[2], shape) if said}


def _machine_keys(name: str) -> set[str]:
    """Azure's names are said without their prefix, unless too little is left to be told apart."""
    full = key(name)
    short = full.removeprefix("standard").removeprefix("basic")
    return {full, short} if len(short) > 2 else {full}


def _add_accelerators(words: Vocabulary, rows: list[dict[str, Any]]) -> None:
    spelled: dict[str, set[str]] = {}
    names = sorted(row["accelerator"] for row in rows)
    for row in rows:
        canonical = row["accelerator"]
        for alias in (canonical, *_parts(row["aliases"])):
            spelled.setdefault(key(alias), set()).add(canonical)
    for canonical in names:
        # `A100` stands for every A100 there is; `A100 80GB` only for that one.
        stem = canonical.split("-")[0]
        card = _CARD.fullmatch(stem)
        if card:
            spelled.setdefault(key(card.group(1)), set()).add(canonical)
        if any(character.isdigit() for character in stem):
            spelled.setdefault(key(stem), set()).add(canonical)
        line = stem.rstrip("0123456789")  # Trainium stands for every Trainium there is
        if len(line) > _SHORT and line != stem:
            spelled.setdefault(key(line), set()).add(canonical)
    words.sold_accelerators = frozenset(row["accelerator"] for row in rows if row["sold"])
    words.accelerators = {spelling: tuple(sorted(found)) for spelling, found in spelled.items()}


def _add_places(
    words: Vocabulary,
    rows: list[dict[str, Any]],
    countries: list[dict[str, Any]],
    geographies: list[dict[str, Any]],
) -> None:
    cities: dict[str, tuple[str, str, set[tuple[str, str]]]] = {}
    by_country: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        for region in row["regions"]:
            pair = (row["provider"], region["region"])
            words.codes.setdefault(region["region"], set()).add(pair)
            by_country.setdefault(region["country"] or "", set()).add(pair)
            label = region["region"]
            names = (label, region["name"] or "", *_parts(region["aliases"]))
            if label == "global":
                continue  # nowhere in particular: no place to ask for
            _add_place(words, names, Place("region", label, label, frozenset({pair})))
            for name in filter(None, (region["city"], region["city_pt"], *_parts(region["synonyms"]))):
                label_en, label_pt = (region["city"] or name), (region["city_pt"] or region["city"] or name)
                known = cities.setdefault(key(name), (label_en, label_pt, set()))
                known[2].add(pair)
                if key(name) not in (key(known[0]), key(known[1])):
                    cities[key(name)] = (name, name, known[2])
    for spelling, (label_en, label_pt, pairs) in cities.items():
        _add_place(words, (spelling,), Place("city", label_en, label_pt, frozenset(pairs)))
    for country in countries:
        pairs = by_country.get(country["country"], set())
        names = (country["name_en"], country["name_pt"], *_parts(country["synonyms"]))
        place = Place("country", country["name_en"], country["name_pt"], frozenset(pairs))
        _add_place(words, names, place)
    for geography in geographies:
        names = (*_parts(geography["names_en"]), *_parts(geography["names_pt"]))
        pairs = set[tuple[str, str]]().union(
            *(by_country.get(country, set()) for country in _parts(geography["countries"]))
        )
        label_pt = (_parts(geography["names_pt"]) or names)[0]
        _add_place(words, names, Place("geography", names[0], label_pt, frozenset(pairs)))


def _add_coasts(words: Vocabulary, rows: list[dict[str, Any]]) -> None:
    """The regions of the United States east of the Mississippi, and those west of the Rocky Mountains."""
    far = {
        (row["provider"], region["region"]): region["longitude"]
        for row in rows
        for region in row["regions"]
        if region["country"] == "US" and region["longitude"] is not None
    }
    east = frozenset(pair for pair, longitude in far.items() if longitude > _MISSISSIPPI)
    west = frozenset(pair for pair, longitude in far.items() if longitude < _ROCKIES)
    for name, label_en, label_pt, pairs in (
        ("east_coast", "US East Coast", "costa leste dos EUA", east),
        ("west_coast", "US West Coast", "costa oeste dos EUA", west),
    ):
        names = lexicon().entries["places"][name]
        # `Leste dos EUA` is also what Azure calls one region; said of a coast it is all of them.
        for spelling in {key(said) for said in (*names, label_en, label_pt)}:
            words.places[spelling] = [Place("geography", label_en, label_pt, pairs)]


def _add_nicknames(words: Vocabulary) -> None:
    for name, nicknames in lexicon().entries["nicknames"].items():
        place = words.place(name)
        if place is not None:
            _add_place(words, nicknames, place)


def _only_portuguese(rows: list[dict[str, Any]], countries: list[dict[str, Any]]) -> frozenset[str]:
    """Seen folded: `paris` tells nothing, `toquio` does."""
    regions = [region for row in rows for region in row["regions"]]
    pairs = [(r["city"], r["city_pt"]) for r in regions] + [(c["name_en"], c["name_pt"]) for c in countries]
    english = {word for name, _ in pairs for word in phrase(name or "").split()}
    portuguese = {word for _, name in pairs for word in phrase(name or "").split()}
    return frozenset(word for word in portuguese - english if len(word) > _SHORT)


def _add_apart(words: Vocabulary, rows: list[dict[str, Any]]) -> None:
    """Regions that not every customer can use: government clouds, and China run by others."""

    def pairs(*flags: str) -> frozenset[Pair]:
        every = ((row["provider"], region) for row in rows for region in row["regions"])
        return frozenset((provider, r["region"]) for provider, r in every if all(r[flag] for flag in flags))

    words.sold, words.apart, gov = pairs("sold"), pairs("apart", "sold"), pairs("government")
    place = Place("geography", "government regions", "regiões governamentais", gov)
    _add_place(words, lexicon().entries["places"]["government"], place)


def _add_place(words: Vocabulary, names: Iterable[str], place: Place) -> None:
    for spelling in {key(name) for name in names if name}:
        same = words.places.setdefault(spelling, [])
        if place.kind == "region" and same and same[0].kind == "region":
            merged = same[0].regions | place.regions
            same[0] = Place("region", same[0].label_en, same[0].label_pt, merged)
        else:
            same.append(place)


def _add_models(words: Vocabulary, rows: list[dict[str, Any]]) -> None:
    words.llm_providers = frozenset(row["provider"] for row in rows)
    for row in rows:
        for entry in row["models"]:
            model = LlmModel(row["provider"], entry["model"], entry["name"] or entry["model"])
            if entry["model"].endswith(":batch"):
                continue  # a reseller's name for a way of serving, not a model
            words.sold_by.setdefault(model.provider, []).append(model)
            for spelling in model_keys(model.provider, model.model, model.name):
                words.models.setdefault(spelling, []).append(model)
    for spelling, models in words.models.items():
        # `mistral small` is a name of resellers alone; its maker calls it the latest of that name.
        models += [
            m for m in words.models.get(model_key([*spelling.split(), "latest"]), ()) if m not in models
        ]


def _parts(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split("|") if part.strip())
