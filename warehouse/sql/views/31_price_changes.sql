CREATE OR REPLACE VIEW price_changes AS
WITH
steps AS (
    SELECT
        s.*,
        lag(s.price) OVER w AS old_price,
        lag(s.valid_from) OVER w AS old_valid_from,
        lag(s.valid_to) OVER w AS old_valid_to
    FROM price_spans AS s
    WINDOW w AS (PARTITION BY s.price_id ORDER BY s.valid_from)
)
SELECT
    k.price_id, k.provider, k.service, k.instance_type, k.name, k.operating_system, k.tenancy, k.region,
    k.purchase_option, k.price_type, k.unit, k.currency, steps.old_price, steps.price AS new_price,
    (100 * (steps.price - steps.old_price) / nullif(steps.old_price, 0))::DOUBLE AS change_percent,
    steps.valid_from AS changed_at, b.observed_at, k.source, k.source_url, steps.batch_id
FROM steps
JOIN price_keys AS k USING (price_id)
JOIN batches AS b USING (batch_id)
WHERE steps.old_price IS NOT NULL AND steps.old_price <> steps.price;
