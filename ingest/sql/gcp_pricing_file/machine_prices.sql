-- A price per hour for each way of buying that the file knows. Commitments are per month of 730 hours;
-- where they repeat the month's price without one, or the shorter term's, there is none. A local SSD the
-- file left out is added at its own price of it: of the family's SSD if it lists that.
WITH ways(way, hours, purchase_option, term_months, ssd_way) AS (
    VALUES ('hour', 1, 'on_demand', NULL, 'month'), ('hour_spot', 1, 'spot', NULL, 'month_spot'),
           ('month_1y', 730, 'commitment', 12, 'month_1y'), ('month_3y', 730, 'commitment', 36, 'month_3y')
),
not_sold AS (
    SELECT DISTINCT machines.instance_type, gcp_not_sold.purchase_option
    FROM machines
    JOIN gcp_not_sold ON machines.instance_type LIKE gcp_not_sold.machines
),
disks AS (
    SELECT thing AS disk, unnest(map_entries(
        from_json(value->'cost', '"MAP(VARCHAR, MAP(VARCHAR, VARCHAR))"')
    )) AS place
    FROM things
    WHERE section = 'compute.storage' AND starts_with(thing, 'local')
),
cells AS (
    SELECT instance_type, family, ssd_gib, ssd_gib_more, unnest(map_entries(cost)) AS place FROM machines
),
priced AS (
    SELECT
        cells.instance_type, cells.family, cells.place.key AS region, ways.*,
        cells.place.value AS costs, cells.ssd_gib, cells.ssd_gib_more,
        cells.place.value[way]::DECIMAL(20, 10) AS listed
    FROM cells, ways
    WHERE cells.place.value[way] IS NOT NULL
),
sold AS (
    SELECT priced.*
    FROM priced
    ANTI JOIN not_sold USING (instance_type, purchase_option)
    WHERE term_months IS NULL
       OR (costs[way] IS DISTINCT FROM costs['month']
           AND (way = 'month_1y' OR costs[way] IS DISTINCT FROM costs['month_1y']))
),
completed AS (
    SELECT
        sold.*,
        CASE WHEN ssd_gib_more <> 0
             THEN nullif(coalesce(own.place.value[ssd_way], common.place.value[ssd_way])::DECIMAL(20, 10), 0)
        END AS ssd_month
    FROM sold
    LEFT JOIN disks AS own ON own.disk = 'local-' || sold.family AND own.place.key = sold.region
    LEFT JOIN disks AS common ON common.disk = 'local' AND common.place.key = sold.region
)
SELECT
    'Compute Engine' AS service,
    'compute' AS category,
    'machine/' || instance_type AS sku_id,
    instance_type || ' (linux)' AS name,
    instance_type,
    'linux' AS operating_system,
    'shared' AS tenancy,
    region,
    purchase_option,
    term_months::INTEGER AS term_months,
    0 AS tier_from,
    'hour' AS unit,
    CASE hours WHEN 1 THEN 'hour' ELSE 'month of 730 hours' END AS unit_raw,
    CASE
        WHEN listed = 0 OR (ssd_gib_more <> 0 AND ssd_month IS NULL) THEN 0
        ELSE round(listed / hours + coalesce(ssd_gib_more * ssd_month / 730, 0), 10)
    END::DECIMAL(20, 10) AS price,
    CASE WHEN ssd_gib_more <> 0 THEN json_object(
        'listed', listed,
        'local_ssd', json_object('gib_added', ssd_gib_more, 'gib_month', ssd_month),
        'missing', CASE WHEN ssd_month IS NULL THEN ['local_ssd'] END
    ) END::VARCHAR AS attributes
FROM completed
