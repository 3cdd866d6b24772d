-- One card per language model and language: what its sellers ask for a million tokens.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
asked AS (
    SELECT
        m.model_key, l.language, o.place, o.offer.provider AS provider, o.offer.first_since AS first_since,
        o.offer.last_since AS last_since, o.offer.confirmed AS confirmed,
        concat_ws(
            ', ',
            money_text(o.offer.input, 'USD', l.language) || say(l.language, ' input', ' na entrada'),
            money_text(o.offer.output, 'USD', l.language) || say(l.language, ' output', ' na saída'),
            money_text(o.offer.cached, 'USD', l.language) || say(l.language, ' cached input', ' na entrada em cache')
        ) AS amounts
    FROM (
        SELECT model_key, unnest(offers) AS offer, generate_subscripts(offers, 1) AS place FROM card_models
    ) AS o
    JOIN card_models AS m USING (model_key)
    CROSS JOIN languages AS l
),
sold AS (
    SELECT
        model_key, language,
        list(
            format(
                '{}: {} ({})', provider_title(provider), amounts, since_text(first_since, last_since, language)
            ) ORDER BY place
        ) AS lines,
        arg_min(amounts, place) AS cheapest, arg_min(provider, place) AS cheapest_at,
        arg_min(since_text(first_since, last_since, language), place) AS since,
        min(first_since) FILTER (place <= 6) AS valid_from, max(confirmed) FILTER (place <= 6) AS valid_to
    FROM asked
    GROUP BY model_key, language
),
cards AS (
    SELECT
        m.*, s.* EXCLUDE (model_key), at_text(s.cheapest_at, provider_title(s.cheapest_at), s.language) AS sold_at,
        CASE
            WHEN m.least_context < m.most_context THEN format(
                say(
                    s.language,
                    'Its context window is up to {} tokens.',
                    'A janela de contexto chega a {} tokens.'
                ),
                number_text(m.most_context, s.language)
            )
            ELSE format(
                say(s.language, 'Its context window is {} tokens.', 'A janela de contexto é de {} tokens.'),
                number_text(m.most_context, s.language)
            )
        END AS context
    FROM card_models AS m
    JOIN sold AS s USING (model_key)
)
SELECT
    concat_ws('/', 'model', model_key, language) AS document_id,
    'model' AS kind,
    language,
    NULL::VARCHAR AS provider,
    model AS entity,
    coalesce(maker_title(maker) || ' ', '') || model AS title,
    format(
        say(language, 'Per million tokens: {} {}, {}', 'Por milhão de tokens: {} {}, {}'), cheapest, sold_at, since
    ) AS summary,
    concat_ws(
        ' ',
        CASE
            WHEN maker IS NULL THEN format(
                say(language, '{} is a language model.', '{} é um modelo de linguagem.'), model
            )
            ELSE format(
                say(language, '{} is a language model by {}.', '{} é um modelo de linguagem {}.'),
                model, say(language, maker_title(maker), of_text(maker, maker_title(maker), language))
            )
        END,
        context,
        CASE sellers
            WHEN 1 THEN format(
                say(
                    language,
                    'In this data it is sold only {}, per million tokens: {} (in force in this data {}).',
                    'Nestes dados só é vendido {}, por milhão de tokens: {} (em vigor nestes dados {}).'
                ),
                sold_at, cheapest, since
            )
            ELSE format(
                say(
                    language,
                    'Its lowest price per million tokens in this data is {}: {} (in force in this data {}). Its {} sellers, lowest input price first, with the price per million tokens and since when it is in force in this data: {}.',
                    'O menor preço por milhão de tokens nestes dados é {}: {} (em vigor nestes dados {}). Quem o vende ({}), do menor ao maior preço de entrada, com o preço por milhão de tokens e desde quando está em vigor nestes dados: {}.'
                ),
                sold_at, cheapest, since, number_text(sellers, language), few_points(lines, 6, language)
            )
        END,
        format(say(language, 'Source: {}.', 'Fonte: {}.'), source)
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        model, model_key, ids, names,
        maker_title(maker) || ' ' || model,
        format(say(language, '{} price', 'preço do {}'), model)
    )) AS keywords,
    source,
    'family/models/' || maker AS parent,
    valid_from,
    valid_to
FROM cards
ORDER BY document_id;
