-- `specs_sources` are those any of the figures is of.
WITH wanted AS (
    SELECT *
    FROM instance_types
    WHERE
        list_contains($machines::VARCHAR[], instance_type)
        AND ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], provider))
),
stated AS (
    SELECT
        m.*,
        row_number() OVER (
            PARTITION BY m.provider, m.instance_type
            ORDER BY coalesce(s.source_rank, 1000), m.as_of DESC, b.observed_at DESC, m.source
        ) AS place
    FROM machine_specs AS m
    LEFT JOIN sources AS s USING (source)
    LEFT JOIN batches AS b USING (batch_id)
    WHERE (m.provider, m.instance_type) IN (SELECT (provider, instance_type) FROM wanted)
),
said AS (
    SELECT
        provider, instance_type,
        list_distinct([
            arg_min(source, place) FILTER (vcpus IS NOT NULL),
            arg_min(source, place) FILTER (memory_gib IS NOT NULL),
            arg_min(source, place) FILTER (architecture IS NOT NULL),
            arg_min(source, place) FILTER (cpu_model IS NOT NULL),
            arg_min(source, place) FILTER (accelerator IS NOT NULL),
            arg_min(source, place) FILTER (local_storage_gb IS NOT NULL),
            arg_min(source, place) FILTER (network_gbps IS NOT NULL)
        ]) AS specs_sources
    FROM stated
    GROUP BY ALL
)
SELECT
    i.provider, i.instance_type, i.family, i.vcpus, i.memory_gib, i.architecture, i.cpu_model, i.accelerator,
    i.accelerator_count, i.accelerator_memory_gib, i.local_storage_gb, i.network_gbps, i.source,
    d.specs_sources, s.homepage AS source_url, i.as_of
FROM wanted AS i
LEFT JOIN said AS d USING (provider, instance_type)
LEFT JOIN sources AS s USING (source)
ORDER BY i.provider, i.instance_type;
