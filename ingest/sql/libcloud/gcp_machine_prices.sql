-- A machine costs its billed cores at the core rate plus its billed memory at the memory rate. A rate
-- of zero is missing, not free, so the whole machine is then zero: the gate refuses it and no machine
-- is sold at a part of its price. Machines that need an accelerator or a local SSD are not priced.
WITH machines AS (
    SELECT instance_type, family,
           billed_vcpus::DECIMAL(12, 4) AS cores,
           coalesce(billed_memory_gib, '0')::DECIMAL(12, 4) AS gib
    FROM gcp_machine_types
    WHERE accelerator IS NULL AND coalesce(local_ssd_gb::DOUBLE, 0) = 0
),
priced AS (
    SELECT machines.*, core.purchase_option, core.term_months, core.region,
           core.sku AS core_sku, core.price AS core_rate,
           memory.sku AS memory_sku, memory.price AS memory_rate
    FROM machines
    JOIN rates AS core ON core.family = machines.family AND core.part = 'cpu'
    LEFT JOIN rates AS memory
        ON memory.family = machines.family AND memory.part = 'ram' AND gib > 0
        AND memory.region = core.region AND memory.purchase_option = core.purchase_option
        AND memory.term_months IS NOT DISTINCT FROM core.term_months
    WHERE gib = 0 OR memory.sku IS NOT NULL
)
SELECT
    'compute' AS category,
    core_sku || coalesce('+' || memory_sku, '') || ':' || instance_type AS sku_id,
    instance_type || ' (linux)' AS name,
    instance_type,
    'linux' AS operating_system,
    'shared' AS tenancy,
    region,
    purchase_option,
    term_months,
    'hour' AS unit,
    'hour' AS unit_raw,
    CASE
        WHEN core_rate = 0 OR memory_rate = 0 THEN 0
        ELSE core_rate * cores + coalesce(memory_rate * gib, 0)
    END::DECIMAL(20, 10) AS price,
    json_object(
        'components',
        list_filter(
            [
                json_object('sku', core_sku, 'rate', core_rate, 'quantity', cores, 'unit', 'vcpu_hour'),
                CASE WHEN gib > 0 THEN
                    json_object('sku', memory_sku, 'rate', memory_rate, 'quantity', gib, 'unit', 'gib_hour')
                END
            ],
            lambda component: component IS NOT NULL
        )
    )::VARCHAR AS attributes
FROM priced
