-- Prices everyone knows, within the batch's scope, beside what the batch accepted for them.
SELECT
    a.provider, a.service, coalesce(a.instance_type, a.sku_id) AS thing, a.operating_system, a.region,
    a.low::DOUBLE AS low, a.high::DOUBLE AS high, min(s.price)::DOUBLE AS cheapest, max(s.price)::DOUBLE AS dearest
FROM anchors AS a
LEFT JOIN (
    SELECT * FROM staged_prices
    WHERE row_number NOT IN (SELECT row_number FROM refusals WHERE staged = 'prices')
) AS s
    ON s.source = a.source AND s.provider = a.provider AND s.service = a.service AND s.region = a.region
    AND s.purchase_option = a.purchase_option AND s.currency = a.currency
    AND (a.instance_type IS NULL OR s.instance_type = a.instance_type)
    AND (a.sku_id IS NULL OR s.sku_id = a.sku_id)
    AND (a.operating_system IS NULL OR s.operating_system = a.operating_system)
    AND coalesce(s.tenancy, 'shared') = 'shared'
WHERE a.source = $source AND (a.since IS NULL OR a.since <= $as_of)
  AND covers($provider, $service, $regions::VARCHAR[], $purchase_options::VARCHAR[],
             a.provider, a.service, a.region, a.purchase_option)
GROUP BY ALL
ORDER BY ALL;
