-- One card per service of a provider and language: what is sold, in which units and ways. As of a provider,
-- no number of prices: it would change with any of them.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
services AS (
    SELECT
        provider, service,
        coalesce(
            list(DISTINCT category ORDER BY category) FILTER (category <> 'other'), ['other']
        ) AS categories,
        list(DISTINCT unit ORDER BY unit) AS units,
        list(DISTINCT purchase_option ORDER BY purchase_option) AS purchase_options,
        list(DISTINCT system_text(operating_system) ORDER BY system_text(operating_system))
            FILTER (operating_system IS NOT NULL) AS operating_systems,
        nullif(count(DISTINCT instance_type), 0) AS machines,
        nullif(count(DISTINCT region) FILTER (region <> 'global'), 0) AS regions,
        nullif(count(DISTINCT attributes ->> 'model'), 0) AS models,
        string_agg(DISTINCT source, ', ' ORDER BY source) AS source,
        day_of(min(valid_from)) AS valid_from, day_of(max(confirmed_at)) AS valid_to
    FROM prices
    WHERE valid_to IS NULL
    GROUP BY provider, service
),
cards AS (
    SELECT
        s.*, l.language, service_title(s.service, l.language) AS service_name,
        CASE
            WHEN s.service = 'tokens' THEN provider_title(s.provider) || ': ' || service_title(s.service, l.language)
            -- Amazon EC2 of AWS, not AWS Amazon EC2; Azure Virtual Machines, not Virtual Machines.
            WHEN s.provider = 'aws' AND service_title(s.service, 'en') <> s.service THEN service_title(s.service, l.language)
            ELSE provider_title(s.provider) || ' ' || service_title(s.service, l.language)
        END AS title
    FROM services AS s
    CROSS JOIN languages AS l
)
SELECT
    concat_ws('/', 'service', provider, service, language) AS document_id,
    'service' AS kind,
    language,
    provider,
    nullif(service, 'tokens') AS entity,
    title,
    format(
        say(language, '{}: {}, priced per {}', '{}: {}, com preços por {}'),
        provider_title(provider),
        array_to_string(list_transform(categories, lambda c: category_text(c, language)), ', '),
        array_to_string(list_transform(units, lambda u: unit_text(u, language)), ', ')
    ) AS summary,
    concat_ws(
        ' ',
        CASE service
            WHEN 'tokens' THEN format(
                say(
                    language,
                    '{} sells access to language models.',
                    '{} vende acesso a modelos de linguagem.'
                ),
                the_text(provider, provider_title(provider), language)
            )
            ELSE format(
                say(language, '{} is a service {}: {}.', '{} é um serviço {}: {}.'),
                service_name, of_text(provider, provider_title(provider), language),
                array_to_string(list_transform(categories, lambda c: category_text(c, language)), ', ')
            )
        END,
        format(
            say(language, 'Prices in this data are per {}.', 'Nestes dados os preços são por {}.'),
            array_to_string(list_transform(units, lambda u: unit_text(u, language)), ', ')
        ),
        format(say(language, 'Purchase options: {}.', 'Formas de compra: {}.'),
            array_to_string(list_transform(purchase_options, lambda o: purchase_text(o, language)), ', ')
        ),
        format(say(language, 'Operating systems: {}.', 'Sistemas operacionais: {}.'), array_to_string(operating_systems, ', ')),
        format(say(language, 'Machine types: {}.', 'Tipos de máquina: {}.'), number_text(machines, language)),
        format(say(language, 'Models: {}.', 'Modelos: {}.'), number_text(models, language)),
        format(say(language, 'Regions: {}.', 'Regiões: {}.'), number_text(regions, language)),
        format(say(language, 'Source of the data: {}.', 'Fonte dos dados: {}.'), source)
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        CASE WHEN service <> 'tokens' THEN service END, title,
        CASE WHEN service <> 'tokens' THEN provider_title(provider) || ' ' || service_name END,
        service_aliases(service, language),
        CASE
            WHEN service = 'tokens' THEN format(
                say(language, '{0} API, {0} tokens, {0} models, {0} LLM', 'API {0}, tokens {0}, modelos {0}, LLM {0}'),
                provider_title(provider)
            )
        END
    )) AS keywords,
    source,
    'provider/' || provider AS parent,
    valid_from,
    valid_to
FROM cards
ORDER BY document_id;
