-- Offers whose price moved: one price, or one thing that its source now sells under another SKU. What a
-- rebuild up to an earlier day brings back is no movement.
CREATE OR REPLACE TEMP TABLE changed AS
WITH pairs AS (
    SELECT old_price_id, new_price_id FROM apart WHERE old_price_id = new_price_id
    UNION ALL
    SELECT g.price_id, c.price_id
    FROM (
        SELECT
            price_id, source, service,
            thing_of(
                provider, instance_type, operating_system, tenancy, region, zone, purchase_option, price_type,
                term_months, payment, offering_class, currency
            ) AS thing
        FROM gone
    ) AS g
    JOIN (
        SELECT
            price_id, source, service,
            thing_of(
                provider, instance_type, operating_system, tenancy, region, zone, purchase_option, price_type,
                term_months, payment, offering_class, currency
            ) AS thing
        FROM came
    ) AS c USING (thing, source, service)
    QUALIFY count(*) OVER (PARTITION BY g.price_id) = 1 AND count(*) OVER (PARTITION BY c.price_id) = 1
)
SELECT
    n.*, p.old_price_id,
    CASE
        WHEN o.price_hour = 0 THEN 'infinity'::DOUBLE
        ELSE (100 * (n.price_hour - o.price_hour) / o.price_hour)::DOUBLE
    END AS change_percent
FROM pairs AS p
JOIN older.offers AS o ON o.price_id = p.old_price_id
JOIN newer.offers AS n ON n.price_id = p.new_price_id
WHERE n.price_hour <> o.price_hour AND n.valid_from > o.valid_from;
