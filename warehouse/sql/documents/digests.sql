-- One card per provider, week in which list prices of it changed, and language; of the last 26 such weeks.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
weeks AS (
    SELECT
        provider, monday,
        coalesce(sum(prices) FILTER (new_price < old_price), 0) AS fell,
        coalesce(sum(prices) FILTER (new_price > old_price), 0) AS rose,
        array_to_string(list_sort(list_distinct(flatten(list(sources)))), ', ') AS source
    FROM card_changes
    GROUP BY provider, monday
    QUALIFY row_number() OVER (PARTITION BY provider ORDER BY monday DESC) <= 26
),
-- Only what a card shows is put into words.
largest AS (
    SELECT *
    FROM (
        SELECT
            *,
            count(*) OVER week AS things,
            row_number() OVER (
                PARTITION BY provider, monday
                ORDER BY
                    abs(change_percent) DESC NULLS LAST, prices DESC,
                    concat_ws('/', instance_type, name, kind, tier_from, old_price, regions::VARCHAR),
                    operating_system, tenancy, purchase_option, term_months, new_price
            ) AS place
        FROM card_changes
        WINDOW week AS (PARTITION BY provider, monday)
    )
    WHERE place <= 8
),
said AS (
    SELECT
        c.provider, c.monday, l.language, c.things, c.place,
        concat_ws(
            ' ',
            coalesce(c.instance_type, c.name),
            CASE
                WHEN c.instance_type IS NOT NULL THEN '(' || concat_ws(
                    ', ',
                    system_text(c.operating_system),
                    CASE c.tenancy
                        WHEN 'dedicated' THEN say(l.language, 'dedicated', 'dedicado')
                        WHEN 'host' THEN say(l.language, 'own host', 'host próprio')
                    END,
                    purchase_text(c.purchase_option, l.language),
                    count_text(
                        c.term_months, say(l.language, 'month', 'mês'), say(l.language, 'months', 'meses'), l.language
                    )
                ) || ')'
            END,
            say(l.language, '', 'em ') || nullif(kind_text(c.kind, l.language), ''),
            format(
                say(l.language, '(tier from {} on)', '(faixa a partir de {})'),
                number_text(nullif(c.tier_from, 0), l.language)
            ),
            say(l.language, 'in ', 'em ') || nullif(few_of(c.regions, 2, l.language), '')
        )
        || format(
            say(l.language, ': from {} to {} per {}', ': de {} para {} por {}'),
            money_text(c.old_price, c.currency, l.language), money_text(c.new_price, c.currency, l.language),
            unit_text(c.unit, l.language)
        )
        || ' (' || concat_ws(
            ', ',
            CASE WHEN c.change_percent > 0 THEN '+' ELSE '' END
            || number_text(round(c.change_percent, 1), l.language) || '%',
            CASE
                WHEN c.first_day = c.last_day THEN date_text(c.first_day, l.language)
                ELSE date_text(c.first_day, l.language) || say(l.language, ' to ', ' a ')
                || date_text(c.last_day, l.language)
            END
        ) || ')' AS line
    FROM largest AS c
    CROSS JOIN languages AS l
),
lines AS (
    SELECT provider, monday, language, things, list(line ORDER BY place) AS lines
    FROM said
    GROUP BY ALL
),
cards AS (
    SELECT
        w.*, n.language, n.lines, n.things, strftime(w.monday, '%G-W%V') AS week, provider_title(w.provider) AS seller,
        of_text(w.provider, provider_title(w.provider), n.language) AS of_seller,
        date_text(w.monday, n.language) || say(n.language, ' to ', ' a ') || date_text(w.monday + 6, n.language) AS days,
        coalesce(a.added, 0) AS added, coalesce(a.ended, 0) AS ended
    FROM weeks AS w
    JOIN lines AS n USING (provider, monday)
    LEFT JOIN card_arrivals AS a USING (provider, monday)
),
counted AS (
    SELECT
        *,
        format(
            say(
                language, '{} fell, {} rose, {} new, {} withdrawn', 'quedas: {}, altas: {}, preços novos: {}, retirados: {}'
            ),
            number_text(fell, language), number_text(rose, language), number_text(added, language),
            number_text(ended, language)
        ) AS numbers
    FROM cards
)
SELECT
    concat_ws('/', 'digest', provider, week, language) AS document_id,
    'digest' AS kind,
    language,
    provider,
    week AS entity,
    format(
        say(language, 'Price changes {}, week {} ({})', 'Mudanças de preço {}, semana {} ({})'), of_seller, week, days
    ) AS title,
    numbers || '; ' || lines[1] AS summary,
    concat_ws(
        ' ',
        format(
            say(
                language,
                'List prices {} in ISO week {} ({}): {}.',
                'Preços de tabela {} na semana ISO {} ({}): {}.'
            ),
            of_seller, week, days, numbers
        ),
        format(say(language, 'Biggest changes first: {}.', 'Da maior mudança para a menor: {}.'), points_text(lines, things, language)),
        format(say(language, 'Source: {}.', 'Fonte: {}.'), source)
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        week,
        format(
            say(
                language,
                '{0} price changes, {0} price cuts, {0} price increases, {0} digest, what changed at {0}',
                'mudanças de preço {0}, reduções de preço {0}, aumentos de preço {0}, resumo da semana {0}, o que mudou em {0}'
            ),
            seller
        )
    )) AS keywords,
    source,
    'provider/' || provider AS parent,
    monday AS valid_from,
    monday + 6 AS valid_to
FROM counted
ORDER BY document_id;
