WITH machines AS (
    SELECT unnest(map_entries(from_json_strict(
        coalesce(document::JSON->'instance_types', error('there is no object instance_types')),
        '"MAP(VARCHAR, JSON)"'
    )), recursive := true)
    FROM advisor
),
described AS (
    SELECT key AS instance_type, unnest(from_json_strict(value, '{"cores": "DOUBLE", "ram_gb": "DOUBLE"}'))
    FROM machines
)
SELECT
    instance_type,
    split_part(instance_type, '.', 1) AS family,
    cores AS vcpus,
    ram_gb AS memory_gib
FROM described
