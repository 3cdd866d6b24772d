-- One row an offer, with the type, the country and the class it counts to. Sizes come in MiB; the memory of
-- a GPU is that of its card (24,564 MiB are the 24 GiB of an RTX 4090) unless it is far from it: cards are
-- rebuilt with twice their memory. The place ends with the country's code, in some replies with the
-- continent's after it.
WITH places AS (
    SELECT
        *,
        gpu_ram / 1024 AS gpu_gib,
        coalesce(
            nullif(regexp_extract(geolocation, '\b([A-Z]{2})(?:, (?:AF|AN|AS|EU|NA|OC|SA))?$', 1), ''), 'unknown'
        ) AS region,
        -- A data centre's machine is verified too.
        CASE
            WHEN hosting_type = 1 THEN 'datacenter'
            WHEN verification = 'verified' THEN 'verified'
            ELSE 'unverified'
        END AS offering_class
    FROM listed
    WHERE rentable IS DISTINCT FROM false AND num_gpus > 0 AND gpu_ram > 0
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY dph_base, min_bid) = 1
),
names AS (
    SELECT gpu_name, gpu_gib, canonical_accelerator(gpu_name, gpu_gib) AS accelerator
    FROM (SELECT DISTINCT gpu_name, gpu_gib FROM places)
),
cards AS (
    SELECT names.*, CASE WHEN abs(a.memory_gib::DOUBLE / gpu_gib - 1) < 0.15 THEN a.memory_gib::DOUBLE
                         ELSE round(gpu_gib) END AS card_gib
    FROM names
    LEFT JOIN accelerators AS a USING (accelerator)
)
SELECT
    places.*,
    accelerator,
    card_gib,
    num_gpus::INTEGER || 'x ' || gpu_name || ' ' || card_gib::INTEGER || 'GB' AS instance_type
FROM places
JOIN cards USING (gpu_name, gpu_gib)
