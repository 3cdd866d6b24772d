-- Rows that share their price_id with another: which copy of the same price each is, the first by content
-- whatever their order, and how many different prices the batch states for the thing. Most batches have none.
CREATE OR REPLACE TEMP TABLE copies AS
WITH
several AS (SELECT price_id FROM staged_prices GROUP BY price_id HAVING count(*) > 1),
numbered AS (
    SELECT
        row_number, price_id,
        price > 0 OR coalesce(upfront, 0) > 0
        OR coalesce(contains(attributes, 'free_tier') AND json_extract_string(attributes, '$.free_tier') = 'true', false)
            AS priced,
        row_number() OVER (
            PARTITION BY price_id, price, upfront
            ORDER BY name, unit_raw, source_url, attributes, effective_from, tier_to, row_number
        ) AS copy
    FROM staged_prices
    SEMI JOIN several USING (price_id)
)
SELECT
    row_number, copy,
    CASE WHEN priced THEN count(*) FILTER (copy = 1 AND priced) OVER (PARTITION BY price_id) END AS rivals
FROM numbered;
