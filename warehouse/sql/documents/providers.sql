-- One card per provider and language: what of it this data holds, and of when.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
machines AS (
    SELECT
        provider, count(DISTINCT instance_type) AS machines, count(DISTINCT region) AS regions,
        count(*) AS offers,
        list(DISTINCT purchase_option ORDER BY purchase_option) AS purchase_options,
        list(DISTINCT operating_system ORDER BY operating_system) AS operating_systems
    FROM offers
    GROUP BY provider
),
models AS (
    SELECT
        provider, count(DISTINCT model) AS models,
        list(DISTINCT model ORDER BY model) AS names
    FROM token_prices
    GROUP BY provider
),
sources AS (
    SELECT provider, source, min(as_of) AS first_as_of, max(as_of) AS last_as_of
    FROM (
        SELECT provider, source, as_of FROM offers
        UNION ALL
        SELECT provider, source, as_of FROM token_prices
    )
    GROUP BY provider, source
),
dated AS (
    SELECT
        s.provider, l.language,
        string_agg(
            s.source || ' (' || days_text(s.first_as_of, s.last_as_of, l.language) || ')', ', ' ORDER BY s.source
        ) AS data,
        string_agg(s.source, ', ' ORDER BY s.source) AS source
    FROM sources AS s
    CROSS JOIN languages AS l
    GROUP BY ALL
)
SELECT
    concat_ws('/', 'provider', d.provider, d.language) AS document_id,
    'provider' AS kind,
    d.language,
    d.provider,
    d.provider AS entity,
    provider_title(d.provider) AS title,
    concat_ws(
        '; ',
        format(
            say(d.language, '{} machine types in {} regions', '{} tipos de máquina em {} regiões'),
            number_text(m.machines, d.language), number_text(m.regions, d.language)
        ),
        format(
            say(d.language, 'token prices of {} models', 'preços de tokens de {} modelos'),
            number_text(t.models, d.language)
        )
    ) AS summary,
    concat_ws(
        ' ',
        format(
            say(
                d.language,
                '{} sells machines by the hour: {} machine types in {} regions, {} prices in force in this data.',
                '{} aluga máquinas por hora: {} tipos de máquina em {} regiões, {} preços em vigor nestes dados.'
            ),
            provider_title(d.provider), number_text(m.machines, d.language), number_text(m.regions, d.language),
            number_text(m.offers, d.language)
        ),
        format(
            say(d.language, 'Purchase options: {}.', 'Formas de compra: {}.'),
            array_to_string(list_transform(m.purchase_options, lambda o: purchase_text(o, d.language)), ', ')
        ),
        format(
            say(d.language, 'Operating systems: {}.', 'Sistemas operacionais: {}.'),
            array_to_string(m.operating_systems, ', ')
        ),
        format(
            say(
                d.language,
                '{} sells language models by the token: prices of {} models ({}).',
                '{} vende modelos de linguagem por token: preços de {} modelos ({}).'
            ),
            provider_title(d.provider), number_text(t.models, d.language), few_of(t.names, 12, d.language)
        ),
        format(say(d.language, 'Sources and the dates of their data: {}.', 'Fontes e datas dos dados: {}.'), d.data)
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        d.provider, provider_title(d.provider), nullif(provider_aliases(d.provider), '')
    )) AS keywords,
    d.source AS source
FROM dated AS d
LEFT JOIN machines AS m USING (provider)
LEFT JOIN models AS t USING (provider)
ORDER BY document_id;
