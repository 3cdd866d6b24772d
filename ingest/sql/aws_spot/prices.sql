-- Region → headings → sizes → systems. Names of regions as EC2 knew them first (us-east, eu-ireland) are
-- aliases in the reference table; a name that is not there goes on as it is, for the gate to say so.
WITH spellings AS (
    SELECT region, unnest(list_append(string_split(coalesce(aliases, ''), '|'), region)) AS spelling
    FROM regions
    WHERE provider = 'aws'
),
known AS (SELECT spelling, min(region) AS region FROM spellings GROUP BY spelling),
headings AS (
    SELECT
        coalesce(known.region, listed.region) AS region,
        unnest(from_json_strict(
            instanceTypes,
            '[{"sizes": [{"size": "VARCHAR", "valueColumns": [{"name": "VARCHAR", "prices": {"USD": "VARCHAR"}}]}]}]'
        )) AS heading
    FROM listed
    LEFT JOIN known ON known.spelling = listed.region
),
machines AS (SELECT region, unnest(heading.sizes) AS machine FROM headings),
cells AS (SELECT region, machine.size AS instance_type, unnest(machine.valueColumns) AS cell FROM machines),
prices AS (
    SELECT
        region,
        instance_type,
        CASE cell.name WHEN 'mswin' THEN 'windows' ELSE cell.name END AS operating_system,
        max(cell.prices.USD::DECIMAL(20, 10)) AS price
    FROM cells
    WHERE NOT starts_with(cell.prices.USD, 'N/A')
    GROUP BY ALL
)
SELECT
    'spot/' || instance_type || '/' || operating_system AS sku_id,
    instance_type || ' spot (' || operating_system || ')' AS name,
    instance_type,
    operating_system,
    region,
    0 AS tier_from,
    'hour' AS unit,
    'perhr' AS unit_raw,
    price
FROM prices
WHERE $regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], region)
