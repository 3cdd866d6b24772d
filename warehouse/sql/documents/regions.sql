-- One card per region and language, of providers that sell machines in this snapshot. It states no single
-- price, and its level in steps of 5%, so that a price that moves a little leaves it as it is.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
-- The basket of a region is what it sells and at least one other region of the provider sells too.
relative AS (
    SELECT
        *,
        usd / min(usd) OVER machine AS ratio,
        count(*) OVER machine AS sold_in
    FROM card_prices
    WHERE purchase_option = 'on_demand'
    WINDOW machine AS (PARTITION BY provider, instance_type)
),
levels AS (
    SELECT
        provider, region, count(*) AS machines,
        count(*) FILTER (sold_in > 1) AS basket,
        (5 * round(20 * (median(ratio) FILTER (sold_in > 1) - 1)))::INTEGER AS percent_above,
        min(since) AS valid_from, max(confirmed) AS valid_to,
        string_agg(DISTINCT source, ', ' ORDER BY source) AS price_source
    FROM relative
    GROUP BY ALL
),
cards AS (
    SELECT
        r.*, l.language, v.* EXCLUDE (provider, region),
        say(l.language, r.city, coalesce(r.city_pt, r.city)) AS city_name,
        nullif(say(l.language, c.name_en, c.name_pt), say(l.language, r.city, coalesce(r.city_pt, r.city))) AS country_name
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
        format(
            say(language, '{} priced', '{} com preço'),
            count_text(
                machines, say(language, 'machine type', 'tipo de máquina'),
                say(language, 'machine types', 'tipos de máquina'), language
            )
        )
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
                'Nestes dados não há preço de tabela sob demanda com Linux em vigor nela.'
            )
            ELSE format(
                say(
                    language,
                    'Machine types priced there in this data, on demand with Linux on shared hardware: {} (source {}).',
                    'Tipos de máquina com preço nela nestes dados, sob demanda com Linux em hardware compartilhado: {} (fonte {}).'
                ),
                number_text(machines, language), price_source
            )
        END,
        CASE
            WHEN percent_above = 0 THEN format(
                say(
                    language,
                    'Price level: the median of {1} costs there about what it costs in its cheapest {0} region.',
                    'Nível de preço: na mediana de {1}, o preço nela é quase o mesmo da região {0} mais barata de cada máquina.'
                ),
                provider_title(provider),
                count_text(basket, say(language, 'machine', 'máquina'), say(language, 'machines', 'máquinas'), language)
            )
            ELSE format(
                say(
                    language,
                    'Price level: the median of {1} costs about {2}% more there than in its cheapest {0} region.',
                    'Nível de preço: na mediana de {1}, o preço nela é cerca de {2}% maior que na região {0} mais barata de cada máquina.'
                ),
                provider_title(provider),
                count_text(basket, say(language, 'machine', 'máquina'), say(language, 'machines', 'máquinas'), language),
                percent_above
            )
        END
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        region, name, city, city_pt, country_name,
        replace(nullif(aliases, ''), '|', ', '),
        replace(nullif(say(language, synonyms_en, synonyms_pt), ''), '|', ', ')
    )) AS keywords,
    coalesce(price_source, source) AS source,
    'provider/' || provider AS parent,
    valid_from,
    valid_to
FROM cards
ORDER BY document_id;
