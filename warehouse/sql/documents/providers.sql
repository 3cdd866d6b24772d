-- One card per provider and language: what of it this data holds. Counts are of things, not of prices, so
-- that a price that changes leaves it as it is.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
machines AS (
    SELECT
        provider, count(DISTINCT instance_type) AS machines, count(DISTINCT region) AS regions,
        list(DISTINCT purchase_option ORDER BY purchase_option) AS purchase_options,
        list(DISTINCT system_text(operating_system) ORDER BY system_text(operating_system)) AS operating_systems
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
held AS (
    SELECT
        provider,
        string_agg(DISTINCT source, ', ' ORDER BY source) AS source,
        list(DISTINCT service ORDER BY service) AS services,
        day_of(min(valid_from)) AS valid_from, day_of(max(confirmed_at)) AS valid_to
    FROM prices
    WHERE valid_to IS NULL
    GROUP BY provider
),
cards AS (
    SELECT h.*, l.language, m.* EXCLUDE (provider), t.models, t.names
    FROM held AS h
    CROSS JOIN languages AS l
    LEFT JOIN machines AS m USING (provider)
    LEFT JOIN models AS t USING (provider)
)
SELECT
    concat_ws('/', 'provider', provider, language) AS document_id,
    'provider' AS kind,
    language,
    provider,
    provider AS entity,
    provider_title(provider) AS title,
    coalesce(
        nullif(concat_ws(
            '; ',
            format(
                say(language, '{} in {}', '{} em {}'),
                count_text(
                    machines, say(language, 'machine type', 'tipo de máquina'),
                    say(language, 'machine types', 'tipos de máquina'), language
                ),
                count_text(regions, say(language, 'region', 'região'), say(language, 'regions', 'regiões'), language)
            ),
            format(
                say(language, 'token prices of {}', 'preços de tokens de {}'),
                count_text(models, say(language, 'model', 'modelo'), say(language, 'models', 'modelos'), language)
            )
        ), ''),
        array_to_string(list_transform(services, lambda s: service_title(s, language)), ', ')
    ) AS summary,
    concat_ws(
        ' ',
        format(
            say(
                language,
                '{} sells machines by the hour: {} in {} in this data.',
                '{} aluga máquinas por hora: {} em {} nestes dados.'
            ),
            the_text(provider, provider_title(provider), language),
            count_text(
                machines, say(language, 'machine type', 'tipo de máquina'),
                say(language, 'machine types', 'tipos de máquina'), language
            ),
            count_text(regions, say(language, 'region', 'região'), say(language, 'regions', 'regiões'), language)
        ),
        format(
            say(language, 'Purchase options: {}.', 'Formas de compra: {}.'),
            array_to_string(list_transform(purchase_options, lambda o: purchase_text(o, language)), ', ')
        ),
        format(
            say(language, 'Operating systems: {}.', 'Sistemas operacionais: {}.'),
            array_to_string(operating_systems, ', ')
        ),
        format(
            say(
                language,
                '{} sells language models by the token: prices of {} ({}).',
                '{} vende modelos de linguagem por token: preços de {} ({}).'
            ),
            the_text(provider, provider_title(provider), language),
            count_text(models, say(language, 'model', 'modelo'), say(language, 'models', 'modelos'), language),
            few_of(names, 12, language)
        ),
        CASE
            WHEN models IS NULL OR machines IS NOT NULL THEN format(
                say(language, 'Services {} with prices in this data: {}.', 'Serviços {} com preços nestes dados: {}.'),
                of_text(provider, provider_title(provider), language),
                few_of(list_transform(services, lambda s: service_title(s, language)), 12, language)
            )
        END,
        format(say(language, 'Source of the data: {}.', 'Fonte dos dados: {}.'), source)
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        provider, provider_title(provider), nullif(provider_aliases(provider), '')
    )) AS keywords,
    source,
    NULL::VARCHAR AS parent,
    valid_from,
    valid_to
FROM cards
ORDER BY document_id;
