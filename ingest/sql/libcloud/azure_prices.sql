-- Keys are `<tier><size>` without separators (`standardd4sv3`). Low Priority is left out.
WITH lists(list, operating_system) AS (VALUES ('azure_linux', 'linux'), ('azure_windows', 'windows')),
documents AS (
    SELECT list, operating_system,
           from_json(
               json_extract(document::JSON, '/compute/' || list), '"MAP(VARCHAR, MAP(VARCHAR, VARCHAR))"'
           ) AS by_size
    FROM lists, pricing
),
sizes AS (SELECT list, operating_system, unnest(map_entries(by_size)) AS size FROM documents),
cells AS (
    SELECT list, operating_system, size.key AS libcloud_key, unnest(map_entries(size.value)) AS cell
    FROM sizes
    WHERE NOT starts_with(size.key, 'lowpriority')
),
spellings AS (
    SELECT region, unnest(list_append(string_split(coalesce(aliases, ''), '|'), region)) AS spelling
    FROM regions
    WHERE provider = 'azure'
),
known AS (SELECT lower(spelling) AS spelling, min(region) AS region FROM spellings GROUP BY ALL)
SELECT
    'compute' AS category,
    list || '/' || libcloud_key AS sku_id,
    coalesce(azure_sizes.instance_type, libcloud_key) || ' (' || operating_system || ')' AS name,
    azure_sizes.instance_type,
    operating_system,
    'shared' AS tenancy,
    coalesce(known.region, cell.key) AS region,
    'on_demand' AS purchase_option,
    'hour' AS unit,
    'hour' AS unit_raw,
    cell.value::DECIMAL(20, 10) AS price
FROM cells
LEFT JOIN azure_sizes USING (libcloud_key)
LEFT JOIN known ON known.spelling = lower(cell.key)
