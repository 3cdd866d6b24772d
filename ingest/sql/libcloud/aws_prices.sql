-- One row per EC2 list, key and region. A key without a size is a dedicated host of that family;
-- whose machine a key with a size is, the list does not say.
WITH lists(list, operating_system) AS (
    VALUES ('ec2_linux', 'linux'), ('ec2_windows', 'windows'), ('ec2_rhel', 'rhel'),
           ('ec2_rhel_ha', 'rhel_ha'), ('ec2_suse', 'suse')
),
documents AS (
    SELECT list, operating_system,
           from_json(
               json_extract(document::JSON, '/compute/' || list), '"MAP(VARCHAR, MAP(VARCHAR, VARCHAR))"'
           ) AS by_type
    FROM lists, pricing
),
types AS (SELECT list, operating_system, unnest(map_entries(by_type)) AS machine FROM documents),
cells AS (
    SELECT list, operating_system, machine.key AS instance_type, unnest(map_entries(machine.value)) AS cell
    FROM types
)
SELECT
    'compute' AS category,
    list || '/' || instance_type AS sku_id,
    instance_type || ' (' || operating_system || ')'
        || CASE WHEN contains(instance_type, '.') THEN '' ELSE ' dedicated host' END AS name,
    instance_type,
    operating_system,
    CASE WHEN contains(instance_type, '.') THEN NULL ELSE 'host' END AS tenancy,
    cell.key AS region,
    'on_demand' AS purchase_option,
    'hour' AS unit,
    'hour' AS unit_raw,
    cell.value::DECIMAL(20, 10) AS price
FROM cells
