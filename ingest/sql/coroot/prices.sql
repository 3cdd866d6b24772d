-- Region → machine → what is paid → price. Regions without a place (Global, Azure's test regions) are left out,
-- as are EC2 names without a size, which are dedicated hosts, and zeroes, which stand for unknown.
WITH listed AS (
    SELECT unnest(map_entries(from_json(
        json_extract(document::JSON, '/' || $provider || '/compute'),
        '"MAP(VARCHAR, MAP(VARCHAR, MAP(VARCHAR, VARCHAR)))"'
    ))) AS place
    FROM pricing
),
machines AS (SELECT place.key AS region, unnest(map_entries(place.value)) AS machine FROM listed),
cells AS (
    SELECT region, machine.key AS instance_type, unnest(map_entries(machine.value)) AS cell FROM machines
)
SELECT
    instance_type AS sku_id,
    instance_type AS name,
    instance_type,
    region,
    cell.key AS purchase_option,
    cell.value::DECIMAL(20, 10) AS price
FROM cells
SEMI JOIN (SELECT region FROM regions WHERE provider = $provider) AS known USING (region)
WHERE list_contains($options::VARCHAR[], cell.key)
  AND (cell.key <> 'spot' OR cell.value::DECIMAL(20, 10) <> 0)
  AND ($provider <> 'aws' OR contains(instance_type, '.'))
  AND ($regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], region))
