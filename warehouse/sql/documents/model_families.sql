-- One card per maker of language models and language: its models, and the cheapest and dearest of them.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
-- Those that write text: what only reads it, such as an embedding, always costs less.
ranked AS (
    SELECT
        maker, model, offers[1] AS offer,
        row_number() OVER (PARTITION BY maker ORDER BY offers[1].output IS NULL, offers[1].input, offers[1].output, model) AS cheap,
        row_number() OVER (
            PARTITION BY maker ORDER BY offers[1].output IS NULL, offers[1].input DESC NULLS LAST, offers[1].output DESC, model
        ) AS dear
    FROM card_models
    WHERE maker IS NOT NULL
),
said AS (
    SELECT
        r.*, l.language,
        format(
            say(l.language, '{}, {} per million tokens {} ({})', '{}, {} por milhão de tokens {} ({})'),
            model,
            concat_ws(
                say(l.language, ' and ', ' e '),
                money_text(offer.input, 'USD', l.language) || say(l.language, ' input', ' na entrada'),
                money_text(offer.output, 'USD', l.language) || say(l.language, ' output', ' na saída')
            ),
            at_text(offer.provider, provider_title(offer.provider), l.language),
            since_text(offer.first_since, offer.last_since, l.language)
        ) AS named
    FROM ranked AS r
    CROSS JOIN languages AS l
),
cards AS (
    SELECT
        maker, language, maker_title(maker) AS maker_name,
        say(language, maker_title(maker), of_text(maker, maker_title(maker), language)) AS by_maker, count(*) AS models,
        list(model ORDER BY model) AS names,
        any_value(named) FILTER (cheap = 1) AS cheapest,
        any_value(named) FILTER (dear = 1) AS dearest,
        min(offer.first_since) FILTER (cheap = 1 OR dear = 1) AS valid_from,
        max(offer.confirmed) FILTER (cheap = 1 OR dear = 1) AS valid_to,
        string_agg(DISTINCT offer.source, ', ' ORDER BY offer.source) FILTER (cheap = 1 OR dear = 1) AS source
    FROM said
    GROUP BY maker, language
)
SELECT
    concat_ws('/', 'family', 'models', maker, language) AS document_id,
    'family' AS kind,
    language,
    NULL::VARCHAR AS provider,
    maker AS entity,
    format(say(language, 'Language models by {}', 'Modelos de linguagem {}'),
        by_maker) AS title,
    format(
        say(language, '{}; cheapest: {}', '{}; mais barato: {}'),
        count_text(
            models, say(language, 'language model', 'modelo de linguagem'),
            say(language, 'language models', 'modelos de linguagem'), language
        ),
        cheapest
    ) AS summary,
    concat_ws(
        ' ',
        CASE models
            WHEN 1 THEN format(
                say(
                    language,
                    'Of the language models (LLMs) by {}, one is priced in this data: {}; in brackets, since when the price is in force in this data.',
                    'Dos modelos de linguagem (LLMs) {}, um tem preço nestes dados: {}; entre parênteses, desde quando o preço está em vigor nestes dados.'
                ),
                by_maker, cheapest
            )
            ELSE format(
                say(
                    language,
                    '{} makes language models (LLMs), of which {} are priced in this data. By input price, each where it costs least, the cheapest is {}; the dearest is {}. In brackets, since when the prices are in force in this data.',
                    '{} faz modelos de linguagem (LLMs); {} deles têm preço nestes dados. Pelo preço de entrada, cada um onde custa menos, o mais barato é {}; o mais caro é {}. Entre parênteses, desde quando os preços estão em vigor nestes dados.'
                ),
                the_text(maker, maker_name, language), number_text(models, language), cheapest, dearest
            )
        END,
        CASE
            WHEN models > 2
                THEN format(say(language, 'Models: {}.', 'Modelos: {}.'), few_of(names, 15, language))
        END,
        format(say(language, 'Source: {}.', 'Fonte: {}.'), source)
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        maker, maker_name, format(say(language, '{} language models', 'modelos de linguagem {}'), maker_name),
        nullif(maker_aliases(maker), ''),
        format(say(language, '{0} models, {0} LLMs', 'modelos {0}, LLMs {0}'), maker_name)
    )) AS keywords,
    source,
    NULL::VARCHAR AS parent,
    valid_from,
    valid_to
FROM cards
ORDER BY document_id;
