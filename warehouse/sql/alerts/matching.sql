-- The rows of a relation with the columns of `offers` that a rule is about; `measure` is what it compares.
CREATE OR REPLACE TEMP MACRO matching(relation) AS TABLE
SELECT
    o.*,
    CASE f.per
        WHEN 'month' THEN o.price_usd_month
        WHEN 'gpu_hour' THEN (o.price_usd_hour / nullif(o.accelerator_count, 0))::DECIMAL(20, 10)
        ELSE o.price_usd_hour
    END AS measure,
    thing_of(
        o.provider, o.instance_type, o.operating_system, o.tenancy, o.region, o.zone, o.purchase_option,
        o.price_type, o.term_months, o.payment, o.offering_class, o.currency
    ) AS thing
FROM query_table(relation) AS o
SEMI JOIN asked_regions AS r ON r.provider = o.provider AND r.region = o.region
CROSS JOIN asked AS f
WHERE
    o.price_type = f.price_type
    AND (f.operating_system IS NULL OR o.operating_system = f.operating_system)
    AND list_contains(f.purchase_options, o.purchase_option)
    AND (f.tenancy IS NULL OR coalesce(o.tenancy, 'shared') = f.tenancy)
    AND (f.providers IS NULL OR list_contains(f.providers, o.provider))
    AND (f.sources IS NULL OR list_contains(f.sources, o.source))
    AND (f.accelerators IS NULL OR list_contains(f.accelerators, o.accelerator))
    AND (f.machines IS NULL OR list_contains(f.machines, o.instance_type))
    AND (f.min_vcpus IS NULL OR o.vcpus >= f.min_vcpus)
    AND (f.min_memory_gib IS NULL OR o.memory_gib >= f.min_memory_gib)
    AND (f.min_gpus IS NULL OR o.accelerator_count >= f.min_gpus)
    AND (f.min_gpu_memory_gib IS NULL OR o.accelerator_memory_gib >= f.min_gpu_memory_gib);
