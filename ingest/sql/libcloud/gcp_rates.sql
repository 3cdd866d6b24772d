-- The core and memory rates: family, part (cpu, ram), way of buying, region, price per hour, SKU.
WITH families AS (
    SELECT family.key AS family, part.key AS part, part.value AS rates
    FROM pricing,
         json_each(pricing.document::JSON, '$.compute.gce_instances') AS family,
         json_each(family.value) AS part
),
ways(way, purchase_option, term_months) AS (
    VALUES ('on_demand', 'on_demand', NULL), ('preemptible', 'spot', NULL),
           ('1yr_commitment', 'commitment', 12), ('3yr_commitment', 'commitment', 36)
)
SELECT
    family,
    part,
    rates->>'description' AS description,
    purchase_option,
    term_months,
    cell.key AS region,
    cell.value->>'sku' AS sku,
    (cell.value->>'price')::DECIMAL(20, 10) AS price
FROM families, ways, json_each(rates, '$."' || way || '"') AS cell
