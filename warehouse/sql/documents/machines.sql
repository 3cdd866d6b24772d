-- One card per machine and language: what it has, and where it is cheapest and dearest.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
bounds AS (
    SELECT *, min(usd) OVER machine AS cheapest, max(usd) OVER machine AS dearest
    FROM card_prices
    WINDOW machine AS (PARTITION BY provider, instance_type, purchase_option)
),
-- Dates are of the prices that a card states: the cheapest and, on demand, the dearest.
ranges AS (
    SELECT
        b.provider, b.instance_type, b.purchase_option, l.language,
        count(*) AS regions,
        b.cheapest = b.dearest AS same,
        money_text(arg_min(b.price, (b.usd, b.region)), arg_min(b.currency, (b.usd, b.region)), l.language) AS cheapest,
        money_text(
            round(arg_min(b.price, (b.usd, b.region)) * 730, 2), arg_min(b.currency, (b.usd, b.region)), l.language
        ) AS cheapest_month,
        money_text(arg_max(b.price, (b.usd, b.region)), arg_max(b.currency, (b.usd, b.region)), l.language) AS dearest,
        list(coalesce(p.place, b.region) ORDER BY b.region) FILTER (b.usd = b.cheapest) AS cheapest_places,
        list(coalesce(p.place, b.region) ORDER BY b.region) FILTER (b.usd = b.dearest) AS dearest_places,
        min(b.since) FILTER (b.usd = b.cheapest) AS cheapest_since,
        min(b.since) FILTER (stated) AS first_since, max(b.since) FILTER (stated) AS last_since,
        max(b.confirmed) FILTER (stated) AS confirmed,
        string_agg(DISTINCT b.source, ', ' ORDER BY b.source) FILTER (stated) AS source
    FROM (
        SELECT *, usd = cheapest OR (usd = dearest AND purchase_option = 'on_demand') AS stated FROM bounds
    ) AS b
    CROSS JOIN languages AS l
    LEFT JOIN card_places AS p ON p.provider = b.provider AND p.region = b.region AND p.language = l.language
    GROUP BY b.provider, b.instance_type, b.purchase_option, l.language, b.cheapest, b.dearest
),
machines AS (
    SELECT
        m.*, l.language, o.regions, o.same, o.cheapest, o.cheapest_month, o.dearest, o.cheapest_places,
        o.dearest_places, o.cheapest_since, o.source AS price_source,
        since_text(o.first_since, o.last_since, l.language) AS since,
        s.regions AS spot_regions, s.cheapest AS spot_cheapest, s.cheapest_places AS spot_places,
        s.source AS spot_source,
        since_text(s.first_since, s.last_since, l.language) AS spot_since,
        least(o.first_since, s.first_since) AS valid_from,
        greatest(o.confirmed, s.confirmed) AS valid_to,
        d.title || ', ' || d.licence AS credit
    FROM card_machines AS m
    CROSS JOIN languages AS l
    LEFT JOIN sources AS d ON d.source = m.source AND d.licence LIKE 'CC-BY%'
    LEFT JOIN ranges AS o
        ON o.provider = m.provider AND o.instance_type = m.instance_type AND o.language = l.language
        AND o.purchase_option = 'on_demand'
    LEFT JOIN ranges AS s
        ON s.provider = m.provider AND s.instance_type = m.instance_type AND s.language = l.language
        AND s.purchase_option = 'spot'
),
phrased AS (
    SELECT
        *,
        nullif(concat_ws(
            ', ',
            count_text(vcpus, 'vCPU', 'vCPUs', language),
            number_text(memory_gib, language) || say(language, ' GiB of memory', ' GiB de memória'),
            coalesce(number_text(accelerator_count, language) || ' × ', '') || accelerator_name || coalesce(
                format(
                    CASE accelerator_count
                        WHEN 1 THEN ' ({} GiB)'
                        ELSE say(language, ' ({} GiB each, {} GiB in all)', ' ({} GiB cada, {} GiB no total)')
                    END,
                    number_text(accelerator_memory_gib, language),
                    number_text(accelerator_count * accelerator_memory_gib, language)
                ),
                ''
            ),
            number_text(nullif(local_storage_gb, 0), language)
            || say(language, ' GB of local disk', ' GB de disco local'),
            say(language, '', 'rede de ') || number_text(nullif(network_gbps, 0), language)
            || say(language, ' Gbit/s of network', ' Gbit/s'),
            say(language, '', 'arquitetura ') || architecture || say(language, ' architecture', '')
        ), '') AS specs
    FROM machines
)
SELECT
    concat_ws('/', 'machine', provider, instance_type, language) AS document_id,
    'machine' AS kind,
    language,
    provider,
    instance_type AS entity,
    provider_title(provider) || ' ' || instance_type AS title,
    concat_ws(
        '; ',
        coalesce(specs, instance_type),
        format(
            say(language, 'from {} per hour in {}, since {}', 'a partir de {} por hora em {}, desde {}'),
            cheapest, cheapest_places[1], date_text(cheapest_since, language)
        )
    ) AS summary,
    concat_ws(
        ' ',
        coalesce(
            format(
                say(language, '{0} {1} is a machine of the {2} family.', '{1} é uma máquina {0} da família {2}.'),
                provider_title(provider), instance_type, family
            ),
            format(
                say(language, '{0} {1} is a machine type.', '{1} é um tipo de máquina ({0}).'),
                provider_title(provider), instance_type
            )
        ),
        format(say(language, 'It has {}.', 'Tem {}.'), specs),
        CASE
            WHEN regions IS NULL THEN say(
                language,
                'No on-demand Linux list price on shared hardware is in force for it in this data.',
                'Nestes dados não há preço de tabela sob demanda em vigor para ela com Linux em hardware compartilhado.'
            )
            WHEN same THEN format(
                say(
                    language,
                    'On demand with Linux on shared hardware it costs {0} per hour ({1} per month of 730 hours) in {2}: in force in this data {3} (source {4}).',
                    'Sob demanda com Linux em hardware compartilhado custa {0} por hora ({1} por mês de 730 horas) em {2}: em vigor nestes dados {3} (fonte {4}).'
                ),
                cheapest, cheapest_month, few_of(cheapest_places, 3, language), since, price_source
            )
            ELSE format(
                say(
                    language,
                    'On demand with Linux on shared hardware it is priced in {0} regions: cheapest in {1} at {2} per hour ({3} per month of 730 hours), dearest in {4} at {5} per hour; these prices are in force in this data {6} (source {7}).',
                    'Sob demanda com Linux em hardware compartilhado tem preço em {0} regiões: mais barata em {1}, por {2} por hora ({3} por mês de 730 horas); mais cara em {4}, por {5} por hora; preços em vigor nestes dados {6} (fonte {7}).'
                ),
                regions, few_of(cheapest_places, 3, language), cheapest, cheapest_month,
                few_of(dearest_places, 2, language), dearest, since, price_source
            )
        END,
        format(
            say(
                language,
                'Spot with Linux: from {0} per hour in {1}, in force in this data {2} (regions with a spot price: {3}; source {4}).',
                'Spot com Linux: a partir de {0} por hora em {1}, em vigor nestes dados {2} (regiões com preço spot: {3}; fonte {4}).'
            ),
            spot_cheapest, few_of(spot_places, 2, language), spot_since, spot_regions, spot_source
        ),
        format(say(language, 'Specifications: {}.', 'Especificações: {}.'), credit)
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        instance_type,
        provider_title(provider) || ' ' || instance_type,
        CASE WHEN starts_with(instance_type, 'Standard_') THEN instance_type[10:] END,
        accelerator,
        accelerator_name
    )) AS keywords,
    coalesce(price_source, spot_source, source) AS source,
    'family/' || provider || '/' || family AS parent,
    valid_from,
    valid_to
FROM phrased
ORDER BY document_id;
