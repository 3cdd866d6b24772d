SELECT
    h.price_id::VARCHAR AS price_id, h.provider, h.name, split_part(h.sku_id, ':', -1) AS kind, h.currency, h.unit,
    h.price, h.valid_from, h.valid_to, h.source, h.source_url, b.as_of, b.observed_at,
    (100 * (h.price / nullif(lag(h.price) OVER steps, 0) - 1))::DOUBLE AS change_percent
FROM price_history AS h
JOIN batches AS b USING (batch_id)
WHERE
    h.service = 'tokens'
    AND h.price_id IN (
        SELECT price_id FROM token_prices WHERE list_contains($models::VARCHAR[], provider || '/' || model)
    )
    AND split_part(h.sku_id, ':', -1) IN ('input', 'output')
WINDOW steps AS (PARTITION BY h.price_id ORDER BY h.valid_from)
ORDER BY h.provider, kind, h.price_id, h.valid_from
LIMIT $rows::INTEGER;
