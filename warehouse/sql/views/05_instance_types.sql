-- What is known of every machine, field by field: of the source of the lowest rank that says something,
-- then of the latest. Size and number of accelerators are of sources that name the same one.
CREATE OR REPLACE TABLE instance_types AS
WITH
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
),
named AS (
    SELECT provider, instance_type, arg_min(accelerator, place) AS accelerator
    FROM stated
    GROUP BY ALL
)
SELECT
    s.provider,
    s.instance_type,
    arg_min(s.family, s.place) AS family,
    arg_min(s.vcpus, s.place) AS vcpus,
    arg_min(s.memory_gib, s.place) AS memory_gib,
    arg_min(s.architecture, s.place) AS architecture,
    arg_min(s.cpu_model, s.place) AS cpu_model,
    any_value(n.accelerator) AS accelerator,
    arg_min(s.accelerator_count, s.place) FILTER (s.accelerator IS NULL OR s.accelerator = n.accelerator)
        AS accelerator_count,
    arg_min(s.accelerator_memory_gib, s.place) FILTER (s.accelerator IS NULL OR s.accelerator = n.accelerator)
        AS accelerator_memory_gib,
    arg_min(s.local_storage_gb, s.place) AS local_storage_gb,
    arg_min(s.network_gbps, s.place) AS network_gbps,
    coalesce(arg_min(s.source, s.place) FILTER (s.vcpus IS NOT NULL), arg_min(s.source, s.place)) AS source,
    coalesce(arg_min(s.as_of, s.place) FILTER (s.vcpus IS NOT NULL), arg_min(s.as_of, s.place)) AS as_of,
    list_sort(list_distinct([
        arg_min(s.source, s.place) FILTER (s.vcpus IS NOT NULL),
        arg_min(s.source, s.place) FILTER (s.memory_gib IS NOT NULL),
        arg_min(s.source, s.place) FILTER (s.architecture IS NOT NULL),
        arg_min(s.source, s.place) FILTER (s.cpu_model IS NOT NULL),
        arg_min(s.source, s.place) FILTER (s.accelerator IS NOT NULL),
        arg_min(s.source, s.place) FILTER (s.local_storage_gb IS NOT NULL),
        arg_min(s.source, s.place) FILTER (s.network_gbps IS NOT NULL)
    ])) AS specs_sources
FROM stated AS s
JOIN named AS n USING (provider, instance_type)
GROUP BY s.provider, s.instance_type
ORDER BY s.provider, s.instance_type;
