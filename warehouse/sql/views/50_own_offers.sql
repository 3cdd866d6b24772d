-- List prices with the user's own discounts taken off, beside the list price; the first rule that
-- fits in the order of their names wins.
CREATE OR REPLACE VIEW own_offers AS
WITH
latest AS (
    SELECT d.*
    FROM discount_rules AS d
    JOIN batches AS b USING (batch_id)
    QUALIFY rank() OVER (PARTITION BY b.source, b.service ORDER BY b.as_of DESC, b.observed_at DESC, b.batch_id DESC) = 1
)
SELECT
    o.*, d.rule, d.percent AS discount_percent,
    (o.price_usd_hour * (1 + d.percent / 100))::DECIMAL(20, 10) AS own_price_usd_hour,
    (o.price_usd_month * (1 + d.percent / 100))::DECIMAL(20, 10) AS own_price_usd_month
FROM offers AS o
JOIN latest AS d
    ON (d.provider IS NULL OR o.provider LIKE d.provider)
    AND (d.service IS NULL OR o.service LIKE d.service)
    AND (d.region IS NULL OR o.region LIKE d.region)
    AND (d.purchase_option IS NULL OR o.purchase_option LIKE d.purchase_option)
    AND (d.instance_type IS NULL OR o.instance_type LIKE d.instance_type)
    AND (d.valid_from IS NULL OR d.valid_from <= now())
    AND (d.valid_to IS NULL OR d.valid_to > now())
WHERE o.price_type = 'list'
QUALIFY row_number() OVER (PARTITION BY o.price_id ORDER BY d.rule) = 1;
