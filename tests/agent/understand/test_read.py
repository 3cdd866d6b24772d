from __future__ import annotations

from decimal import Decimal

import pytest

from agent.context import Context
from agent.understand.read import read
from agent.understand.reading import Intent, Reading


def of(question: str, context: Context) -> Reading:
    return read(question, context.words)


@pytest.mark.parametrize(
    ("question", "intent", "language"),
    [
        ("price of r5.4xlarge in us-east-1", Intent.PRICE, "en"),
        ("quanto custa a r5.4xlarge?", Intent.PRICE, "pt"),
        ("Where is p5.48xlarge cheapest?", Intent.CHEAPEST, "en"),
        ("Onde é mais barato alugar uma H100?", Intent.CHEAPEST, "pt"),
        ("m5.large vs m5.xlarge", Intent.COMPARE, "en"),
        ("qual é mais barata, m5.xlarge ou m7g.xlarge?", Intent.COMPARE, "pt"),
        ("AWS vs GCP for 8 vCPUs in London", Intent.COMPARE, "en"),
        ("a Azure é mais barata que a AWS para 8 vCPUs?", Intent.COMPARE, "pt"),
        ("what are the prices of openrouter?", Intent.TOKENS, "en"),
        ("list machines with 4 vCPUs in Brazil", Intent.LIST, "en"),
        ("quais máquinas têm GPU na Europa?", Intent.LIST, "pt"),
        ("3 m5.large for 2 weeks", Intent.ESTIMATE, "en"),
        ("quanto custa por mês uma r5.4xlarge?", Intent.ESTIMATE, "pt"),
        ("2M output tokens on gpt-4o", Intent.TOKENS, "en"),
        ("preço do Claude Sonnet 4.5", Intent.TOKENS, "pt"),
        ("what is a savings plan?", Intent.EXPLAIN, "en"),
        ("quando vale a pena usar spot?", Intent.EXPLAIN, "pt"),
        ("how many vCPUs does r5.4xlarge have?", Intent.SPECS, "en"),
        ("histórico de preço da m5.large", Intent.HISTORY, "pt"),
        ("how fresh is the data?", Intent.FRESHNESS, "en"),
        ("de quando são os preços?", Intent.FRESHNESS, "pt"),
        ("which regions does AWS have?", Intent.COVERAGE, "en"),
        ("select count(*) from offers", Intent.SQL, "en"),
        ("olá", Intent.GREETING, "pt"),
        ("what can you do?", Intent.HELP, "en"),
        ("what's the price of bitcoin?", Intent.UNKNOWN, "en"),
        ("qual a previsão do tempo?", Intent.UNKNOWN, "pt"),
    ],
)
def test_intents_in_both_languages(question: str, intent: Intent, language: str, context: Context) -> None:
    reading = of(question, context)
    assert (reading.intent, reading.language) == (intent, language)


@pytest.mark.parametrize(
    "written", ["Standard_D4s_v3", "standard_d4s_v3", "D4s v3", "d4s_v3", "Standard D4s v3", "D4SV3"]
)
def test_machine_names_in_any_spelling(written: str, context: Context) -> None:
    assert of(f"price of {written} in eastus", context).machine_names() == ("Standard_D4s_v3",)


@pytest.mark.parametrize("written", ["n2-standard-8", "N2 standard 8", "n2_standard_8"])
def test_machine_names_with_separators(written: str, context: Context) -> None:
    assert of(f"{written} price", context).machine_names() == ("n2-standard-8",)


@pytest.mark.parametrize(
    ("written", "pair"),
    [
        ("us-east-1", ("aws", "us-east-1")),
        ("Virgínia", ("azure", "eastus")),
        ("São Paulo", ("gcp", "southamerica-east1")),
        ("Sao Paulo", ("aws", "sa-east-1")),
        ("Brasil", ("azure", "brazilsouth")),
        ("Europe", ("gcp", "europe-west4")),
        ("América do Sul", ("aws", "sa-east-1")),
        ("the US", ("aws", "us-west-2")),
    ],
)
def test_places_by_code_city_country_and_continent(
    written: str, pair: tuple[str, str], context: Context
) -> None:
    (place,) = of(f"price of m5.large in {written}", context).places
    assert pair in place.regions


def test_us_the_pronoun_is_no_place(context: Context) -> None:
    assert of("tell us the price of m5.large", context).places == ()


def test_exclusions_reach_over_and(context: Context) -> None:
    reading = of("cheapest 8 vCPU machine in Europe, not AWS or Azure", context)
    assert reading.excluded_providers == ("aws", "azure")
    assert len(reading.places) == 1
    portuguese = of("máquina mais barata com 8 vCPUs no Brasil, exceto AWS e Azure", context)
    assert portuguese.excluded_providers == ("aws", "azure")
    assert [place.label_pt for place in portuguese.places] == ["Brasil"]


def test_no_is_in_the_in_portuguese(context: Context) -> None:
    reading = of("quanto custa a m5.xlarge no Brasil?", context)
    assert reading.excluded_places == ()
    assert len(reading.places) == 1


def test_accelerators_variants_and_counts(context: Context) -> None:
    assert set(of("cheapest A100", context).accelerators) == {"A100-40GB", "A100-80GB"}
    assert of("cheapest A100 80GB", context).accelerators == ("A100-80GB",)
    reading = of("8xH100 under $100 an hour", context)
    assert (reading.needs.min_gpus, reading.needs.max_gpus, reading.needs.max_price) == (8, 8, Decimal(100))


def test_gpu_memory_is_not_machine_memory(context: Context) -> None:
    needs = of("cheapest machine with 64 GB of RAM and a GPU with 24 GB of VRAM", context).needs
    assert (needs.min_memory_gib, needs.min_gpu_memory_gib) == (64, 24)


@pytest.mark.parametrize(
    ("question", "machines", "hours"),
    [
        ("5 m5.large for 200 hours", 5, 200),
        ("3x m5.large for 3 months", 3, 2190),
        ("10 m5.large 8 hours a day for 22 days", 10, 176),
        ("m5.large por uma semana", 1, 168),
        ("m5.large 24/7 for a year", 1, 8760),
        ("custo mensal da m5.large", 1, None),
        ("two Windows m5.large on weekdays, 8 hours a day", 2, 176),
        ("meia dúzia de m5.large das 8h às 18h, de segunda a sexta, por mês", 6, 220),
        ("our nightly job needs an m5.large for 6 hours, 30 nights", 1, 180),
        ("m5.large x 3, 12h a day, 4 days a week", 3, 208.5714),
        ("m5.large ligada o mês todo", 1, None),
        ("m5.large 2 days and 6 hours", 1, 54),
        ("m5.large for a weekend", 1, 48),
    ],
)
def test_usage(question: str, machines: int, hours: float | None, context: Context) -> None:
    usage = of(question, context).usage
    assert (usage.machines, usage.hours and float(usage.hours)) == (machines, hours)


@pytest.mark.parametrize(
    ("question", "counts"),
    [
        ("2 m5.large plus a m5.xlarge for a month", {"m5.large": 2, "m5.xlarge": 1}),
        ("duas m5.large e mais 3 m5.xlarge por mês", {"m5.large": 2, "m5.xlarge": 3}),
        ("3 of each: m5.large, m5.xlarge", {"m5.large": 3, "m5.xlarge": 3}),
        ("compare 4 m5.large with m5.xlarge or m6.xlarge", {"m5.large": 4, "m5.xlarge": 4}),
    ],
)
def test_each_machine_has_its_own_number(question: str, counts: dict[str, int], context: Context) -> None:
    usage = of(question, context).usage
    assert {name: usage.of(name) for name in counts} == counts


def test_a_commitments_term_is_no_time_of_use(context: Context) -> None:
    reading = of("reservada 1 ano sem adiantamento m5.large em us-east-1", context)
    assert reading.purchase.options == ("reserved",)
    assert (reading.purchase.term_months, reading.purchase.payment) == (12, "no_upfront")
    assert reading.usage.hours is None


@pytest.mark.parametrize(
    ("question", "amounts"),
    [
        ("3 million input and 1 million output tokens on gpt-4o", (3_000_000, 1_000_000, 0)),
        ("2 milhões de tokens de entrada e 500 mil de saída no gpt-4o", (2_000_000, 500_000, 0)),
        ("gpt-4o: input 10M, output 2M", (10_000_000, 2_000_000, 0)),
        ("1M cached input and 2M output tokens on gpt-4o", (0, 2_000_000, 1_000_000)),
        ("1,000 requests of 500 input and 200 output tokens on gpt-4o", (500_000, 200_000, 0)),
    ],
)
def test_workloads(question: str, amounts: tuple[int, int, int], context: Context) -> None:
    load = of(question, context).workload
    assert (load.input, load.output, load.cached_input) == amounts


def test_the_longest_model_name_wins_and_its_maker_comes_first(context: Context) -> None:
    (group,) = of("price of gpt 4o mini", context).models
    assert {model.model for model in group} == {"gpt-4o-mini"}
    assert of("price of gpt-4o", context).models[0][0].provider == "openai"
    assert of("price of Sonnet 4.5 Claude", context).models[0][0].model == "claude-sonnet-4-5"


def test_what_the_question_leaves_out_is_assumed(context: Context) -> None:
    purchase = of("windows spot price of m5.large", context).purchase
    assert purchase.assumed == {"tenancy", "price_type"}
    assert (purchase.options, purchase.operating_system) == (("spot",), "windows")


def test_a_size_is_never_guessed(context: Context) -> None:
    reading = of("price of r5.5xlarge", context)
    assert reading.machines == ()
    assert reading.unknown_machines == ("r5.5xlarge",)


@pytest.mark.parametrize(
    ("question", "least", "most"),
    [
        ("machines with more than 64 vCPUs", 65, None),
        ("machines with at least 64 vCPUs", 64, None),
        ("machines with not less than 64 vCPUs", 64, None),
        ("machines with fewer than 8 vCPUs", None, 7),
        ("machines with no more than 8 vCPUs", None, 8),
        ("máquinas com mais de 64 vCPUs", 65, None),
        ("máquinas com menos de 8 vCPUs", None, 7),
    ],
)
def test_more_than_leaves_the_number_out(
    question: str, least: int | None, most: int | None, context: Context
) -> None:
    needs = of(question, context).needs
    assert (needs.min_vcpus, needs.max_vcpus) == (least, most)


@pytest.mark.parametrize(
    ("written", "regions"),
    [
        ("m5.large in us-east1", {("aws", "us-east-1")}),
        ("n2-standard-8 in us-east-4", {("gcp", "us-east4")}),
        ("m5.large in us-east-1", {("aws", "us-east-1")}),
    ],
)
def test_a_region_is_the_machines_providers_own(
    written: str, regions: set[tuple[str, str]], context: Context
) -> None:
    (place,) = of(written, context).places
    assert place.regions == regions


def test_a_place_inside_a_place_is_one_place(context: Context) -> None:
    (place,) = of("price of m5.xlarge in São Paulo, Brazil", context).places
    assert place.label_en == "São Paulo"
    assert len(of("m5.xlarge in Virginia or São Paulo", context).places) == 2


def test_the_preposition_is_not_india(context: Context) -> None:
    (place,) = of("Standard_D4s_v3 in South Central US", context).places
    assert place.regions == {("azure", "southcentralus")}


def test_a_providers_machine_is_not_sought_at_another(context: Context) -> None:
    reading = of("price of m5.xlarge in Azure", context)
    assert (reading.not_sellers, reading.providers) == (("azure",), ())
    assert of("m5.xlarge on AWS or Azure", context).not_sellers == ()


def test_a_databases_size_is_no_machine(context: Context) -> None:
    reading = of("price of db.m5.large", context)
    assert (reading.machines, reading.elsewhere) == ((), "RDS")


@pytest.mark.parametrize(
    ("question", "load"),
    [
        ("gpt-4o, 10M tokens in and 2M out", (10_000_000, 2_000_000, 0)),
        ("gpt-4o, 8M input tokens, 25% cached", (6_000_000, 0, 2_000_000)),
        ("gpt-4o, 5 requisições com mil tokens de entrada e 500 de saída", (5_000, 2_500, 0)),
        ("gpt-4o, a million input tokens", (1_000_000, 0, 0)),
        ("gpt-4o price per million tokens", (0, 0, 0)),
        ("preço do gpt-4o por milhão de tokens", (0, 0, 0)),
        ("gpt-4o, 8M tokens de entrada, metade em cache", (4_000_000, 0, 4_000_000)),
    ],
)
def test_tokens_in_out_and_cached(question: str, load: tuple[int, int, int], context: Context) -> None:
    found = of(question, context).workload
    assert (found.input, found.output, found.cached_input, found.unassigned) == (*load, 0)


def test_a_machines_letters_are_no_portuguese(context: Context) -> None:
    assert of("e2 standard 4 in sao paulo", context).language == "en"


@pytest.mark.parametrize(
    ("question", "country"),
    [
        ("cheapest vm in the us", "United States"),
        ("a100 80gb us price", "United States"),
        ("vm mais barata no uk", "United Kingdom"),
        ("cheapest vm br", "Brazil"),
        ("show us the cheapest vm", None),
        ("eu quero a vm mais barata", None),
    ],
)
def test_two_small_letters_are_a_place_where_they_are_no_word(
    question: str, country: str | None, context: Context
) -> None:
    assert [place.label_en for place in of(question, context).places] == ([country] if country else [])


@pytest.mark.parametrize("written", ["8x A10G", "8 A10G", "A10G x8", "A10G 8x"])
def test_a_count_of_gpus_stands_before_or_after_the_name(written: str, context: Context) -> None:
    reading = of(f"{written} price", context)
    assert (reading.needs.min_gpus, reading.needs.max_gpus, reading.families) == (8, 8, ())


@pytest.mark.parametrize(
    ("question", "bare_metal"),
    [
        ("cheapest bare metal in Ireland", True),
        ("máquina bare-metal mais barata", True),
        ("cheapest machine with 64 vCPUs, no metal", False),
        ("cheapest machine in Ireland", None),
    ],
)
def test_bare_metal_is_wanted_or_not(question: str, bare_metal: bool | None, context: Context) -> None:
    assert of(question, context).needs.bare_metal is bare_metal


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("how many instance types have 96 vCPUs on AWS?", Intent.LIST),
        ("quantas máquinas com GPU há em Frankfurt?", Intent.LIST),
        ("how many machines does AWS have?", Intent.COVERAGE),
        ("did any openai model get cheaper this year?", Intent.CHANGES),
        ("alguma máquina da azure subiu de preço?", Intent.CHANGES),
    ],
)
def test_counts_and_changes_of_any(question: str, intent: Intent, context: Context) -> None:
    assert of(question, context).intent is intent


@pytest.mark.parametrize(
    "condition", ["sem azure, e com pelo menos 16 vcpus", "not azure, at least 16 vCPUs please, thanks"]
)
def test_a_condition_alone_leans_on_the_question_before(condition: str, context: Context) -> None:
    earlier = of("cheapest machine in Japan", context)
    reading = read(condition, context.words, earlier=earlier)
    assert (reading.places, reading.excluded_providers) == (earlier.places, ("azure",))
    assert reading.needs.min_vcpus == 16


@pytest.mark.parametrize("written", ["m5 vs m7g xlarge", "m5, m7g xlarge", "m5 ou m7g xlarge"])
def test_a_size_said_once_is_of_each_family(written: str, context: Context) -> None:
    assert of(f"{written} in Ohio", context).machine_names() == ("m5.xlarge", "m7g.xlarge")
