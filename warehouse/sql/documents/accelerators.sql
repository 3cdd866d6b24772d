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
    FROM instance_types
    WHERE accelerator IS NOT NULL
    GROUP BY accelerator
),
cheapest AS (
    SELECT accelerator, provider, instance_type, region, price_usd_gpu_hour, as_of, source
    FROM gpu_offers
    WHERE operating_system = 'linux' AND coalesce(tenancy, 'shared') = 'shared' AND price_type = 'list'
      AND purchase_option = 'on_demand' AND price_usd_gpu_hour > 0
    QUALIFY row_number() OVER (
        PARTITION BY accelerator, provider ORDER BY price_usd_gpu_hour, instance_type, region
    ) = 1
),
priced AS (
    SELECT
        c.accelerator, l.language,
        string_agg(
            format(
                say(l.language, '{} {} ({} in {}, {})', '{} {} ({} em {}, {})'),
                provider_title(c.provider), money_text(c.price_usd_gpu_hour, l.language),
                c.instance_type, c.region, date_text(c.as_of, l.language)
            ),
            '; ' ORDER BY c.price_usd_gpu_hour, c.provider
        ) AS prices,
        string_agg(DISTINCT c.source, ', ' ORDER BY c.source) AS price_source
    FROM cheapest AS c
    CROSS JOIN languages AS l
    GROUP BY ALL
),
cards AS (
    SELECT
        a.*, l.language, n.machines, n.carried_by, p.prices, p.price_source,
        coalesce(a.vendor || ' ', '') || a.accelerator AS full_name,
        nullif(concat_ws(
            ', ',
            number_text(a.memory_gib, l.language) || say(l.language, ' GiB of ', ' GiB de ')
            || coalesce(a.memory_type, say(l.language, 'memory', 'memória')),
            number_text(a.bandwidth_gbps, l.language)
            || say(l.language, ' GB/s of memory bandwidth', ' GB/s de banda de memória'),
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
        format(say(language, 'in {} machine types', 'em {} tipos de máquina'), number_text(machines, language))
    ) AS summary,
    concat_ws(
        ' ',
        full_name || say(language, ' is an accelerator', ' é um acelerador')
        || coalesce(' (' || nullif(concat_ws(', ', architecture, year::VARCHAR), '') || ')', '') || '.',
        format(say(language, 'It has {}.', 'Tem {}.'), specs),
        format(
            say(language, 'Machine types that carry it: {} ({}).', 'Tipos de máquina com ele: {} ({}).'),
            number_text(machines, language), few_of(carried_by, 8, language)
        ),
        format(
            say(
                language,
                'Cheapest on-demand Linux price of one accelerator for one hour: {}.',
                'Menor preço sob demanda com Linux de um acelerador por uma hora: {}.'
            ),
            prices
        )
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        accelerator, full_name,
        replace(nullif(aliases, ''), '|', ', ')
    )) AS keywords,
    coalesce(price_source, source) AS source
FROM cards
ORDER BY document_id;
