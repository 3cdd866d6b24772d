-- One card per accelerator and language: what it is, which machines carry it, what one costs an hour.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
carriers AS (
    SELECT
        accelerator, count(*) AS machines,
        list(
            provider_title(provider) || ' ' || instance_type
            || coalesce(' (' || number_text(accelerator_count, 'en') || ')', '')
            ORDER BY provider, accelerator_count DESC NULLS LAST, instance_type
        ) AS carried_by
    FROM card_machines
    WHERE accelerator IS NOT NULL
    GROUP BY accelerator
),
ranked AS (
    SELECT *
    FROM card_accelerator_prices
    WHERE purchase_option = 'on_demand'
    QUALIFY row_number() OVER (PARTITION BY accelerator ORDER BY usd, provider) <= 8
),
priced AS (
    SELECT
        c.accelerator, l.language,
        string_agg(
            format(
                say(l.language, '{} {} ({} in {}, since {})', '{} {} ({} em {}, desde {})'),
                provider_title(c.provider), money_text(c.price, c.currency, l.language), c.instance_type, c.region,
                date_text(c.since, l.language)
            ),
            '; ' ORDER BY c.usd, c.provider
        ) AS prices,
        string_agg(DISTINCT c.source, ', ' ORDER BY c.source) AS price_source,
        min(c.since) AS valid_from, max(c.confirmed) AS valid_to
    FROM ranked AS c
    CROSS JOIN languages AS l
    GROUP BY ALL
),
cards AS (
    SELECT
        a.*, l.language, n.machines, n.carried_by, p.prices, p.price_source, p.valid_from, p.valid_to,
        coalesce(a.vendor || ' ', '') || a.accelerator AS full_name,
        nullif(concat_ws(
            ', ',
            number_text(a.memory_gib, l.language) || say(l.language, ' GiB of ', ' GiB de ')
            || coalesce(a.memory_type, say(l.language, 'memory', 'memória')),
            number_text(a.bandwidth_gbps, l.language)
            || say(l.language, ' GB/s of memory bandwidth', ' GB/s de largura de banda de memória'),
            number_text(a.bf16_tflops, l.language)
            || say(l.language, ' dense BF16 TFLOPS', ' TFLOPS em BF16 denso'),
            number_text(a.fp8_tflops, l.language)
            || say(l.language, ' dense FP8 TFLOPS', ' TFLOPS em FP8 denso'),
            say(l.language, '', 'consumo de ') || number_text(a.tdp_watts, l.language)
            || say(l.language, ' W of power', ' W')
        ), '') AS specs
    FROM accelerators AS a
    CROSS JOIN languages AS l
    LEFT JOIN carriers AS n USING (accelerator)
    LEFT JOIN priced AS p ON p.accelerator = a.accelerator AND p.language = l.language
)
SELECT
    concat_ws('/', 'accelerator', accelerator, language) AS document_id,
    'accelerator' AS kind,
    language,
    NULL::VARCHAR AS provider,
    accelerator AS entity,
    full_name AS title,
    concat_ws(
        '; ',
        coalesce(specs, architecture, full_name),
        CASE machines
            WHEN 1 THEN say(language, 'in one machine type', 'em um tipo de máquina')
            ELSE format(
                say(language, 'in {} machine types', 'em {} tipos de máquina'), number_text(machines, language)
            )
        END
    ) AS summary,
    concat_ws(
        ' ',
        full_name || say(language, ' is an accelerator', ' é um acelerador')
        || coalesce(': ' || hardware_text(kind, language), '')
        || coalesce(' (' || nullif(concat_ws(', ', architecture, year::VARCHAR), '') || ')', '') || '.',
        format(say(language, 'It has {}.', 'Tem {}.'), specs),
        format(
            say(
                language,
                'Machine types that carry it, with how many: {} ({}).',
                'Tipos de máquina com ele, e com quantos: {} ({}).'
            ),
            number_text(machines, language), few_of(carried_by, 8, language)
        ),
        format(
            say(
                language,
                'Cheapest on-demand Linux price of one accelerator for one hour, and since when it is in force in this data: {} (source {}).',
                'Menor preço sob demanda com Linux de um acelerador por uma hora, e desde quando está em vigor nestes dados: {} (fonte {}).'
            ),
            prices, price_source
        )
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        accelerator, full_name,
        replace(nullif(aliases, ''), '|', ', ')
    )) AS keywords,
    coalesce(price_source, source) AS source,
    NULL::VARCHAR AS parent,
    valid_from,
    valid_to
FROM cards
ORDER BY document_id;
