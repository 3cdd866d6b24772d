-- One row a plan with what it is. A GPU's share comes as "1/8", as a count, or not at all: then from the
-- memory that the id names (…-16vram), by the memory Vultr's cards have. Bare metal says it in its id only
-- (…-8-a100-gpu), where l40 is an L40S.
WITH named AS (
    SELECT
        *,
        regexp_extract(
            upper(coalesce(gpu_type, id)),
            '(?:^|[-_ ])(MI[0-9]{3}X|GH200|GB200|[ABH][0-9]{2,3}|L[0-9]{2}S?)(?:[-_ ]|$)', 1
        ) AS model,
        coalesce(gpu_vram_gb, TRY_CAST(regexp_extract(id, '([0-9]+)vram$', 1) AS DOUBLE)) AS vram
    FROM listed
),
carded AS (
    SELECT
        named.* EXCLUDE (model),
        CASE
            WHEN id LIKE '%-l40-gpu' THEN 'L40S'
            WHEN model <> '' AND (gpu_type IS NOT NULL OR vram > 0 OR id LIKE '%-gpu') THEN model
            WHEN gpu_type IS NOT NULL THEN replace(regexp_replace(gpu_type, '^(NVIDIA|AMD)_', ''), '_', ' ')
        END AS card
    FROM named
),
counted AS (
    SELECT
        carded.*,
        cards.memory AS card_memory,
        CASE
            WHEN card IS NULL THEN NULL
            WHEN contains(gpu_count, '/')
                THEN TRY_CAST(split_part(gpu_count, '/', 1) AS DOUBLE)
                     / TRY_CAST(split_part(gpu_count, '/', 2) AS DOUBLE)
            WHEN TRY_CAST(gpu_count AS DOUBLE) > 0 THEN gpu_count::DOUBLE
            WHEN vram >= cards.memory THEN round(vram / cards.memory)
            WHEN vram > 0 THEN vram / cards.memory
            ELSE coalesce(TRY_CAST(regexp_extract(id, '-([0-9]+)-[a-z0-9]+-gpu$', 1) AS DOUBLE), 1)
        END AS gpus
    FROM carded
    LEFT JOIN (VALUES ('A16', 16), ('A40', 48), ('A100', 80), ('L40S', 48), ('H100', 80), ('H200', 141),
                      ('GH200', 96), ('B200', 192), ('MI300X', 192), ('MI325X', 256), ('MI355X', 288))
        AS cards(model, memory) ON cards.model = carded.card
)
SELECT
    *,
    CASE WHEN card IS NOT NULL THEN canonical_accelerator(card, card_memory) END AS accelerator,
    -- Hours of a month after which nothing more is billed.
    CASE WHEN card IS NULL THEN 672 ELSE 730 END AS cap_hours
FROM counted
