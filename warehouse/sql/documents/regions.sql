-- One card per region and language, of providers that sell machines in this snapshot.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
by_region AS (
    SELECT
        provider, region, instance_type,
        min(price_usd_hour) AS price, min(as_of) AS first_as_of, max(as_of) AS last_as_of,
        string_agg(DISTINCT source, ', ' ORDER BY source) AS source
    FROM offers
    WHERE operating_system = 'linux' AND coalesce(tenancy, 'shared') = 'shared' AND price_type = 'list'
      AND purchase_option = 'on_demand' AND price_usd_hour > 0
    GROUP BY ALL
),
-- The basket of a region is what it sells and at least one other region of the provider sells too.
relative AS (
    SELECT
        *,
        price / min(price) OVER machine AS ratio,
        count(*) OVER machine AS sold_in
    FROM by_region
    WINDOW machine AS (PARTITION BY provider, instance_type)
),
levels AS (
    SELECT
        provider, region, count(*) AS machines,
        count(*) FILTER (sold_in > 1) AS basket,
        round(100 * (median(ratio) FILTER (sold_in > 1) - 1))::INTEGER AS percent_above,
        min(first_as_of) AS first_as_of, max(last_as_of) AS last_as_of, max(source) AS price_source
    FROM relative
    GROUP BY ALL
),
cards AS (
    SELECT
        r.*, l.language, v.* EXCLUDE (provider, region),
        say(l.language, r.city, coalesce(r.city_pt, r.city)) AS city_name,
        say(l.language, c.name_en, c.name_pt) AS country_name
    FROM regions AS r
    SEMI JOIN offers AS o ON o.provider = r.provider
    CROSS JOIN languages AS l
    LEFT JOIN countries AS c USING (country)
    LEFT JOIN levels AS v ON v.provider = r.provider AND v.region = r.region
)
SELECT
    concat_ws('/', 'region', provider, region, language) AS document_id,
    'region' AS kind,
    language,
    provider,
    region AS entity,
    provider_title(provider) || ' ' || region || coalesce(' – ' || city_name, '') AS title,
    coalesce(nullif(concat_ws(
        '; ',
        concat_ws(', ', city_name, country_name),
        format(say(language, '{} machine types priced', '{} tipos de máquina com preço'), number_text(machines, language))
    ), ''), name) AS summary,
    concat_ws(
        ' ',
        format(say(language, '{1} is the {0} region {2}.', '{1} é a região {2} ({0}).'), provider_title(provider), region, name),
        format(
            say(language, 'It is in {}.', 'Fica em {}.'),
            nullif(concat_ws(', ', city_name, country_name), '')
        ),
        CASE
            WHEN machines IS NULL THEN say(
                language,
                'No on-demand Linux list price is in force there in this data.',
                'Nestes dados não há preço de lista sob demanda com Linux em vigor nela.'
            )
            ELSE format(
                say(
                    language,
                    'On demand with Linux on shared hardware, machine types priced there: {}.',
                    'Tipos de máquina com preço sob demanda, com Linux em hardware compartilhado: {}.'
                ),
                number_text(machines, language)
            )
        END,
        CASE
            WHEN percent_above = 0 THEN format(
                say(
                    language,
                    'Price level: the median of {1} machines costs there what it costs in its cheapest {0} region.',
                    'Nível de preço: a mediana de {1} máquinas custa nela o mesmo que na região {0} mais barata de cada uma.'
                ),
                provider_title(provider), number_text(basket, language)
            )
            ELSE format(
                say(
                    language,
                    'Price level: the median of {1} machines costs {2}% more there than in its cheapest {0} region.',
                    'Nível de preço: a mediana de {1} máquinas custa nela {2}% a mais que na região {0} mais barata de cada uma.'
                ),
                provider_title(provider), number_text(basket, language), percent_above
            )
        END,
        format(
            say(language, 'Prices of {} (source {}).', 'Preços de {} (fonte {}).'),
            days_text(first_as_of, last_as_of, language), price_source
        )
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        region, name, city, city_pt, country_name,
        replace(nullif(aliases, ''), '|', ', '),
        replace(nullif(say(language, synonyms_en, synonyms_pt), ''), '|', ', ')
    )) AS keywords,
    coalesce(price_source, source) AS source
FROM cards
ORDER BY document_id;
