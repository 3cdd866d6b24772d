-- What a rule asks, in one row; names are written as the snapshots do.
CREATE OR REPLACE TEMP TABLE asked AS
SELECT
    $provider::VARCHAR[] AS providers,
    CASE WHEN $machine::VARCHAR[] IS NOT NULL THEN coalesce((
        SELECT list(DISTINCT instance_type)
        FROM known_machines, (SELECT unnest($machine::VARCHAR[]) AS pattern)
        WHERE lower(instance_type) GLOB lower(pattern)
    ), []) END AS machines,
    CASE WHEN $gpu::VARCHAR[] IS NOT NULL THEN coalesce((
        SELECT list(DISTINCT accelerator)
        FROM known_accelerators
        WHERE list_contains(list_transform($gpu::VARCHAR[], lambda one: fold(one)), name_key)
    ), []) END AS accelerators,
    $min_vcpus::DOUBLE AS min_vcpus,
    $min_memory::DOUBLE AS min_memory_gib,
    $min_gpus::DOUBLE AS min_gpus,
    $min_gpu_memory::DOUBLE AS min_gpu_memory_gib,
    $os::VARCHAR AS operating_system,
    $tenancy::VARCHAR AS tenancy,
    $purchase_option::VARCHAR[] AS purchase_options,
    $price_type::VARCHAR AS price_type,
    $source::VARCHAR[] AS sources,
    $min_percent::DOUBLE AS min_percent,
    $direction::VARCHAR AS direction,
    $per::VARCHAR AS per,
    $below_usd::DECIMAL(20, 10) AS below_usd,
    $above_usd::DECIMAL(20, 10) AS above_usd,
    $first::VARCHAR AS first,
    $older_than_days::INTEGER AS older_than_days;
