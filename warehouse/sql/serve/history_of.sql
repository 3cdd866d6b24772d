SELECT
    price_id::VARCHAR AS price_id, provider, instance_type, name, operating_system, tenancy, region, purchase_option,
    currency, unit, price, valid_from, valid_to, h.source, h.source_url, b.as_of, b.observed_at,
    (100 * (price / nullif(lag(price) OVER steps, 0) - 1))::DOUBLE AS change_percent
FROM price_history AS h
JOIN batches AS b USING (batch_id)
WHERE
    h.instance_type IN (SELECT unnest($machines::VARCHAR[]))
    AND ($regions::VARCHAR[] IS NULL OR h.provider || '/' || h.region IN (SELECT unnest($regions::VARCHAR[])))
    AND h.operating_system = $operating_system::VARCHAR
    AND coalesce(h.tenancy, 'shared') = $tenancy::VARCHAR
    AND h.purchase_option = $purchase_option::VARCHAR
    AND h.price_type = 'list'
WINDOW steps AS (PARTITION BY price_id ORDER BY valid_from)
ORDER BY h.provider, h.region, price_id, valid_from
LIMIT $rows::INTEGER;
