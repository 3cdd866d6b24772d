SELECT
    h.price_id::VARCHAR AS price_id, h.provider, h.instance_type, h.name, h.operating_system, h.tenancy, h.region,
    h.purchase_option, h.currency, h.unit, h.price, h.valid_from, h.valid_to, h.source, h.source_url, b.as_of, b.observed_at,
    (100 * (h.price / nullif(lag(h.price) OVER steps, 0) - 1))::DOUBLE AS change_percent
FROM price_history AS h
JOIN batches AS b USING (batch_id)
WHERE
    list_contains($machines::VARCHAR[], h.instance_type)
    AND ($regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], h.provider || '/' || h.region))
    AND h.operating_system = $operating_system::VARCHAR
    AND coalesce(h.tenancy, 'shared') = $tenancy::VARCHAR
    AND h.purchase_option = $purchase_option::VARCHAR
    AND h.price_type = 'list'
WINDOW steps AS (PARTITION BY h.price_id ORDER BY h.valid_from)
ORDER BY h.provider, h.region, h.price_id, h.valid_from
LIMIT $rows::INTEGER;
