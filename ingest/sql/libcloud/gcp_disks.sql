-- The list divides Google's price per GiB and month by 720 hours: times 720 gives it back exactly.
-- Regional SSD carries the SKU and the price of zonal SSD, so the shortest name of a SKU describes it.
WITH ways(way, purchase_option) AS (VALUES ('on_demand', 'on_demand'), ('preemptible', 'spot')),
cells AS (
    SELECT disk.key AS disk, disk.value->>'description' AS description, purchase_option,
           cell.key AS region, cell.value->>'sku' AS sku,
           (cell.value->>'price')::DECIMAL(30, 22) AS price_hour
    FROM pricing, ways,
         json_each(pricing.document::JSON, '$.compute.gce_disks') AS disk,
         json_each(disk.value, '$."' || way || '"') AS cell
)
SELECT DISTINCT ON (sku, region, purchase_option)
    'storage' AS category,
    sku AS sku_id,
    disk || ': ' || description AS name,
    region,
    purchase_option,
    'gb_month' AS unit,
    'GiB month / 720' AS unit_raw,
    round(price_hour * 720, 10)::DECIMAL(20, 10) AS price
FROM cells
ORDER BY sku, region, purchase_option, length(disk), disk
