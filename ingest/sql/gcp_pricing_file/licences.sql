-- What the operating system of a machine costs on top, anywhere.
WITH ways(way, hours, purchase_option, term_months) AS (
    VALUES ('hour', 1, 'on_demand', NULL), ('month_1y', 730, 'commitment', 12),
           ('month_3y', 730, 'commitment', 36)
),
systems(system, operating_system) AS (
    VALUES ('windows', 'windows'), ('rhel', 'rhel'), ('sles', 'suse'), ('sles-sap', 'sles_sap')
),
fees AS (
    SELECT
        thing AS instance_type,
        unnest(map_entries(from_json(value->'cost', '"MAP(VARCHAR, MAP(VARCHAR, VARCHAR))"'))) AS fee
    FROM things
    WHERE section = 'compute.license'
)
SELECT
    'Compute Engine' AS service,
    'other' AS category,
    'license/' || fee.key AS sku_id,
    'Licence of ' || fee.key || ' for ' || instance_type AS name,
    instance_type,
    operating_system,
    'global' AS region,
    purchase_option,
    term_months::INTEGER AS term_months,
    0 AS tier_from,
    'hour' AS unit,
    CASE hours WHEN 1 THEN 'hour' ELSE 'month of 730 hours' END AS unit_raw,
    round(fee.value[way]::DECIMAL(20, 10) / hours, 10)::DECIMAL(20, 10) AS price
FROM fees
CROSS JOIN ways
LEFT JOIN systems ON systems.system = fee.key
WHERE fee.value[way] IS NOT NULL
