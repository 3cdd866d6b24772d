SELECT
    coalesce(q.price_id::VARCHAR, q.batch_id) AS price_id, q.provider, q.instance_type, q.operating_system, q.region,
    q.purchase_option, q.price, q.currency, q.reason, q.detail, q.likely_price, q.source,
    coalesce(q.row_json ->> 'source_url', s.homepage) AS source_url,
    q.as_of, b.observed_at
FROM quarantine AS q
JOIN batches AS b USING (batch_id)
LEFT JOIN sources AS s ON s.source = q.source
WHERE
    list_contains($machines::VARCHAR[], q.instance_type)
    AND ($regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], q.provider || '/' || q.region))
    AND ($operating_system::VARCHAR IS NULL OR q.operating_system = $operating_system::VARCHAR)
    AND ($purchase_option::VARCHAR IS NULL OR q.purchase_option = $purchase_option::VARCHAR)
QUALIFY row_number() OVER (
    PARTITION BY q.source, q.provider, q.instance_type, q.operating_system, q.region, q.purchase_option
    ORDER BY q.as_of DESC, q.batch_id DESC
) = 1
ORDER BY q.instance_type, q.region
LIMIT $rows::INTEGER;
