-- The labels of the feed's own ranges say the bounds: "<5%", "5-10%", ">20%".
WITH ranges AS (
    SELECT unnest(from_json_strict(document::JSON->'ranges', '[{"index": "INTEGER", "label": "VARCHAR"}]'), recursive := true)
    FROM advisor
),
bands AS (
    SELECT
        index AS band,
        CASE WHEN starts_with(label, '<') THEN 0 ELSE regexp_extract(label, '\d+')::INTEGER END AS percent_from,
        CASE WHEN starts_with(label, '>') THEN NULL ELSE regexp_extract(label, '(\d+)%', 1)::INTEGER END AS percent_to
    FROM ranges
),
spellings AS (
    SELECT region, unnest(list_append(string_split(coalesce(aliases, ''), '|'), region)) AS spelling
    FROM regions
    WHERE provider = 'aws'
),
known AS (SELECT spelling, min(region) AS region FROM spellings GROUP BY spelling),
by_region AS (
    SELECT unnest(map_entries(from_json_strict(
        CASE WHEN json_type(document::JSON, '$.spot_advisor') = 'OBJECT' THEN document::JSON->'spot_advisor'
             ELSE error('there is no object spot_advisor') END,
        '"MAP(VARCHAR, MAP(VARCHAR, MAP(VARCHAR, JSON)))"'
    ))) AS place
    FROM advisor
),
by_system AS (SELECT place.key AS region, unnest(map_entries(place.value)) AS system FROM by_region),
machines AS (
    SELECT region, system.key AS operating_system, unnest(map_entries(system.value)) AS machine
    FROM by_system
),
cells AS (
    SELECT region, lower(operating_system) AS operating_system, machine.key AS instance_type,
           unnest(from_json_strict(machine.value, '{"r": "INTEGER", "s": "DOUBLE"}'))
    FROM machines
)
SELECT
    coalesce(known.region, cells.region) AS region,
    instance_type,
    operating_system,
    coalesce(percent_from, error('there is no range ' || r)) AS percent_from,
    percent_to,
    s AS saving_percent
FROM cells
LEFT JOIN bands ON bands.band = cells.r
LEFT JOIN known ON known.spelling = cells.region
WHERE $regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], coalesce(known.region, cells.region))
