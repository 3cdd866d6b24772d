-- The user's cells with defaults and the vocabulary of the contract; still text, so that problems can
-- be named by row and column.
WITH spellings AS (
    SELECT provider, lower(region) AS spelling, region FROM regions
    UNION
    SELECT provider, lower(name), region FROM regions WHERE kind = 'region'
    UNION
    SELECT provider, lower(unnest(string_split(aliases, '|'))), region FROM regions WHERE aliases IS NOT NULL
),
known AS (SELECT provider, spelling, min(region) AS region FROM spellings GROUP BY provider, spelling),
numbers AS (
    SELECT row_number,
           CASE $decimal WHEN ',' THEN replace(replace(price, '.', ''), ',', '.') ELSE price END AS price,
           CASE $decimal WHEN ',' THEN replace(replace(upfront, '.', ''), ',', '.') ELSE upfront END AS upfront,
           CASE $decimal WHEN ',' THEN replace(replace(tier_from, '.', ''), ',', '.') ELSE tier_from END AS tier_from,
           CASE $decimal WHEN ',' THEN replace(replace(tier_to, '.', ''), ',', '.') ELSE tier_to END AS tier_to
    FROM cells
)
SELECT
    cells.row_number,
    lower(cells.provider) AS provider,
    coalesce(
        cells.category,
        CASE WHEN cells.instance_type IS NOT NULL THEN 'compute'
             WHEN units.unit IN ('gb_month', 'gb_hour') THEN 'storage'
             WHEN units.unit = 'million_tokens' THEN 'ai'
             ELSE 'other' END
    ) AS category,
    coalesce(cells.sku_id, cells.instance_type) AS sku_id,
    coalesce(cells.name, cells.instance_type, cells.sku_id) AS name,
    cells.instance_type,
    lower(cells.operating_system) AS operating_system,
    coalesce(cells.tenancy, CASE WHEN cells.instance_type IS NOT NULL THEN 'shared' END) AS tenancy,
    coalesce(known.region, cells.region) AS region,
    cells.zone,
    coalesce(cells.purchase_option, 'on_demand') AS purchase_option,
    cells.term_months,
    cells.payment,
    cells.offering_class,
    coalesce(numbers.tier_from, '0') AS tier_from,
    numbers.tier_to,
    units.unit,
    cells.unit AS unit_raw,
    upper(cells.currency) AS currency,
    numbers.price,
    numbers.upfront,
    cells.effective_from,
    json_merge_patch(
        json_object('list', $list),
        CASE WHEN cells.service IS NULL THEN '{}' ELSE json_object('service', cells.service) END
    )::VARCHAR AS attributes
FROM cells
JOIN numbers USING (row_number)
LEFT JOIN units ON units.spelling = lower(cells.unit)
LEFT JOIN known ON known.provider = lower(cells.provider) AND known.spelling = lower(cells.region)
ORDER BY cells.row_number
