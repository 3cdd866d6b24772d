-- One card per accelerator that two providers or more sell by the hour, and language: who asks how much.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
offered AS (
    SELECT
        o.*, count(*) OVER same AS providers, row_number() OVER (same ORDER BY o.usd, o.provider) AS place,
        s.price AS spot_price, s.currency AS spot_currency, s.instance_type AS spot_machine, s.region AS spot_region,
        s.since AS spot_since, s.confirmed AS spot_confirmed, s.source AS spot_source
    FROM card_accelerator_prices AS o
    LEFT JOIN card_accelerator_prices AS s
        ON s.accelerator = o.accelerator AND s.provider = o.provider AND s.purchase_option = 'spot'
    WHERE o.purchase_option = 'on_demand'
    WINDOW same AS (PARTITION BY o.accelerator)
),
lines AS (
    SELECT
        o.*, l.language, money_text(o.price, o.currency, l.language) AS asked,
        format(
            say(l.language, '{}. {} {} ({} in {}, since {})', '{}. {} {} ({} em {}, desde {})'),
            o.place, provider_title(o.provider), money_text(o.price, o.currency, l.language), o.instance_type, o.region,
            date_text(o.since, l.language)
        )
        || coalesce(
            format(
                say(l.language, ', spot {} ({} in {}, since {})', ', spot {} ({} em {}, desde {})'),
                money_text(o.spot_price, o.spot_currency, l.language), o.spot_machine, o.spot_region,
                date_text(o.spot_since, l.language)
            ),
            ''
        ) AS line
    FROM offered AS o
    CROSS JOIN languages AS l
    WHERE o.providers > 1
),
-- A long list ends before its end, but for the dearest, which the first sentence names.
cards AS (
    SELECT
        accelerator, language, providers,
        list(line ORDER BY place) AS lines,
        arg_min(asked, place) AS cheapest, arg_min(provider_title(provider), place) AS cheapest_at,
        arg_min(of_text(provider, provider_title(provider), language), place) AS cheapest_of,
        arg_max(asked, place) AS dearest, arg_max(provider_title(provider), place) AS dearest_at,
        arg_max(of_text(provider, provider_title(provider), language), place) AS dearest_of,
        min(least(since, spot_since)) FILTER (stated) AS valid_from,
        max(greatest(confirmed, spot_confirmed)) FILTER (stated) AS valid_to,
        list(source) FILTER (stated) || list(spot_source) FILTER (stated) AS sources
    FROM (SELECT *, place <= 12 OR place = providers AS stated FROM lines)
    GROUP BY accelerator, language, providers
),
named AS (
    SELECT
        c.*, coalesce(a.vendor || ' ', '') || c.accelerator AS full_name,
        array_to_string(list_sort(list_distinct(list_filter(c.sources, lambda s: s IS NOT NULL))), ', ') AS source
    FROM cards AS c
    LEFT JOIN accelerators AS a USING (accelerator)
)
SELECT
    concat_ws('/', 'comparison', 'accelerator', accelerator, language) AS document_id,
    'comparison' AS kind,
    language,
    NULL::VARCHAR AS provider,
    NULL::VARCHAR AS entity,
    format(say(language, '{}: providers compared', '{}: comparação de provedores'), full_name) AS title,
    format(
        say(
            language,
            'Price of one {} for one hour at {} providers: from {} ({}) to {} ({})',
            'Preço de um {} por uma hora em {} provedores: de {} ({}) a {} ({})'
        ),
        full_name, number_text(providers, language), cheapest, cheapest_at, dearest, dearest_at
    ) AS summary,
    concat_ws(
        ' ',
        format(say(language, 'Where is the {} cheapest?', 'Onde o acelerador {} é mais barato?'), full_name),
        CASE
            WHEN cheapest = dearest THEN format(
                say(
                    language,
                    '{} providers ask the same for one accelerator for one hour, {}:',
                    '{} provedores pedem o mesmo por um acelerador por uma hora, {}:'
                ),
                number_text(providers, language), cheapest
            )
            ELSE format(
                say(
                    language,
                    'Of {} providers, {} asks the least for one accelerator for one hour, {}, and {} the most, {}:',
                    'Entre {} provedores, o menor preço de um acelerador por uma hora é o {}, {}, e o maior é o {}, {}:'
                ),
                number_text(providers, language), say(language, cheapest_at, cheapest_of), cheapest,
                say(language, dearest_at, dearest_of), dearest
            )
        END,
        say(
            language,
            'list prices on demand with Linux on shared hardware, of each provider the cheapest machine type and region.',
            'preços de tabela sob demanda com Linux em hardware compartilhado, de cada provedor o tipo de máquina e a região mais baratos.'
        ),
        format(
            say(
                language,
                'Price of one {} for one hour, cheapest first, and since when it is in force in this data: {}.',
                'Preço de um {} por uma hora, do menor para o maior, e desde quando está em vigor nestes dados: {}.'
            ),
            full_name, few_points(lines, 12, language)
        ),
        format(say(language, 'Source: {}.', 'Fonte: {}.'), source)
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        format(say(language, 'compare {}', 'comparar {}'), accelerator),
        format(say(language, '{} comparison', 'comparação {}'), accelerator),
        format(say(language, '{} by provider', '{} por provedor'), accelerator),
        format(say(language, 'cheapest {}', '{} mais barato'), accelerator),
        format(say(language, 'cheapest {}', '{} mais barato'), full_name),
        accelerator, full_name
    )) AS keywords,
    source,
    'accelerator/' || accelerator AS parent,
    valid_from,
    valid_to
FROM named
ORDER BY document_id;
