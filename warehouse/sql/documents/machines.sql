-- One card per machine and language: what it has, and where it is cheapest and dearest.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
places AS (
    SELECT
        r.provider, r.region, l.language,
        r.region || coalesce(
            ' (' || nullif(concat_ws(
                ', ',
                say(l.language, r.city, coalesce(r.city_pt, r.city)),
                say(l.language, c.name_en, c.name_pt)
            ), '') || ')', ''
        ) AS place
    FROM regions AS r
    LEFT JOIN countries AS c USING (country)
    CROSS JOIN languages AS l
),
by_region AS (
    SELECT
        provider, instance_type, purchase_option, region,
        min(price_usd_hour) AS price, min(as_of) AS first_as_of, max(as_of) AS last_as_of,
        string_agg(DISTINCT source, ', ' ORDER BY source) AS source
    FROM offers
    WHERE operating_system = 'linux' AND coalesce(tenancy, 'shared') = 'shared' AND price_type = 'list'
      AND purchase_option IN ('on_demand', 'spot') AND price_usd_hour > 0
    GROUP BY ALL
),
bounds AS (
    SELECT *, min(price) OVER machine AS cheapest, max(price) OVER machine AS dearest
    FROM by_region
    WINDOW machine AS (PARTITION BY provider, instance_type, purchase_option)
),
ranges AS (
    SELECT
        b.provider, b.instance_type, b.purchase_option, l.language,
        count(*) AS regions, b.cheapest, b.dearest,
        list(coalesce(p.place, b.region) ORDER BY b.region) FILTER (b.price = b.cheapest) AS cheapest_places,
        list(coalesce(p.place, b.region) ORDER BY b.region) FILTER (b.price = b.dearest) AS dearest_places,
        min(b.first_as_of) AS first_as_of, max(b.last_as_of) AS last_as_of,
        max(b.source) AS source
    FROM bounds AS b
    CROSS JOIN languages AS l
    LEFT JOIN places AS p USING (provider, region, language)
    GROUP BY b.provider, b.instance_type, b.purchase_option, l.language, b.cheapest, b.dearest
),
-- Machines nobody offers are left out, but for those with an accelerator: people ask what is in them.
offered AS (
    SELECT i.*
    FROM instance_types AS i
    WHERE i.accelerator IS NOT NULL
       OR (i.provider, i.instance_type) IN (SELECT DISTINCT (provider, instance_type) FROM offers)
),
machines AS (
    SELECT
        i.*, l.language,
        coalesce(a.vendor || ' ', '') || i.accelerator AS accelerator_name,
        o.regions, o.cheapest, o.dearest, o.cheapest_places, o.dearest_places,
        s.regions AS spot_regions, s.cheapest AS spot_cheapest, s.cheapest_places AS spot_places,
        least(o.first_as_of, s.first_as_of) AS first_as_of,
        greatest(o.last_as_of, s.last_as_of) AS last_as_of,
        coalesce(o.source, s.source) AS price_source,
        d.title || ', ' || d.licence AS credit
    FROM offered AS i
    CROSS JOIN languages AS l
    LEFT JOIN accelerators AS a USING (accelerator)
    LEFT JOIN sources AS d ON d.source = i.source AND d.licence LIKE 'CC-BY%'
    LEFT JOIN ranges AS o
        ON o.provider = i.provider AND o.instance_type = i.instance_type AND o.language = l.language
        AND o.purchase_option = 'on_demand'
    LEFT JOIN ranges AS s
        ON s.provider = i.provider AND s.instance_type = i.instance_type AND s.language = l.language
        AND s.purchase_option = 'spot'
),
phrased AS (
    SELECT
        *,
        nullif(concat_ws(
            ', ',
            number_text(vcpus, language) || CASE vcpus WHEN 1 THEN ' vCPU' ELSE ' vCPUs' END,
            number_text(memory_gib, language) || say(language, ' GiB of memory', ' GiB de memória'),
            coalesce(number_text(accelerator_count, language) || ' × ', '') || accelerator_name || coalesce(
                format(
                    say(language, ' ({} GiB each, {} GiB in all)', ' ({} GiB cada, {} GiB no total)'),
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
            say(language, 'from {} per hour in {}, {}', 'a partir de {} por hora em {}, {}'),
            money_text(cheapest, language), cheapest_places[1], date_text(last_as_of, language)
        )
    ) AS summary,
    concat_ws(
        ' ',
        format(
            say(language, '{0} {1} is a machine of the {2} family.', '{1} é uma máquina {0} da família {2}.'),
            provider_title(provider), instance_type, family
        ),
        format(say(language, 'It has {}.', 'Tem {}.'), specs),
        CASE
            WHEN regions IS NULL THEN say(
                language,
                'No on-demand Linux list price on shared hardware is in force for it in this data.',
                'Nestes dados não há preço de lista sob demanda em vigor para ela com Linux em hardware compartilhado.'
            )
            WHEN cheapest = dearest THEN format(
                say(
                    language,
                    'On demand with Linux on shared hardware it costs {0} per hour ({1} per month of 730 hours) in {2}.',
                    'Sob demanda com Linux em hardware compartilhado custa {0} por hora ({1} por mês de 730 horas) em {2}.'
                ),
                money_text(cheapest, language), money_text(round(cheapest * 730, 2), language),
                few_of(cheapest_places, 3, language)
            )
            ELSE format(
                say(
                    language,
                    'On demand with Linux on shared hardware it is priced in {0} regions: cheapest in {1} at {2} per hour ({3} per month of 730 hours), dearest in {4} at {5} per hour.',
                    'Sob demanda com Linux em hardware compartilhado tem preço em {0} regiões: mais barata em {1}, por {2} por hora ({3} por mês de 730 horas), mais cara em {4}, por {5} por hora.'
                ),
                regions, few_of(cheapest_places, 3, language), money_text(cheapest, language),
                money_text(round(cheapest * 730, 2), language), few_of(dearest_places, 2, language),
                money_text(dearest, language)
            )
        END,
        format(
            say(
                language,
                'Spot with Linux: from {0} per hour in {1} (priced regions: {2}).',
                'Spot com Linux: a partir de {0} por hora em {1} (regiões com preço: {2}).'
            ),
            money_text(spot_cheapest, language), few_of(spot_places, 2, language), spot_regions
        ),
        format(
            say(language, 'Prices of {} (source {}).', 'Preços de {} (fonte {}).'),
            days_text(first_as_of, last_as_of, language), price_source
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
    coalesce(price_source, source) AS source
FROM phrased
ORDER BY document_id;
