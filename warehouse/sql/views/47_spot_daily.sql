-- Of days before those whose changes are kept, what was written down when they were let go.
CREATE OR REPLACE VIEW spot_daily AS
SELECT
    k.price_id, d.provider, d.instance_type, k.operating_system, k.tenancy, d.region, k.zone, k.purchase_option,
    k.offering_class, k.currency, k.unit, d.day, d.low, d.median, d.high, d.mean, d.volatility_percent, d.changes,
    d.source, k.source_url
FROM (
    SELECT key_no, provider, instance_type, region, source, day, low, median, high, mean, volatility_percent, changes
    FROM spot_days
    ANTI JOIN spot_rollups USING (key_no, day)
    UNION ALL
    SELECT r.key_no, k.provider, k.instance_type, k.region, k.source, r.* EXCLUDE (key_no)
    FROM spot_rollups AS r
    JOIN price_keys AS k USING (key_no)
) AS d
JOIN price_keys AS k USING (key_no);
