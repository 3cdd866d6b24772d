-- Every interval of one price that reaches into the time from $since until $until, the oldest first; a null time
-- is none. `change_percent` is from the interval before, also over a gap. Those that begin $after a moment only.
WITH
steps AS (
    SELECT
        price_id, valid_from, valid_to, price, upfront, currency, unit, source, source_url, as_of, observed_at, batch_id,
        price + coalesce(upfront / (term_months * 730), 0) AS whole,
        lag(whole) OVER (ORDER BY valid_from) AS before
    FROM prices
    WHERE price_id = $price_id::VARCHAR::UUID
)
SELECT
    price_id::VARCHAR AS price_id, valid_from, valid_to, price, upfront, currency, unit,
    (100 * (whole / nullif(before, 0) - 1))::DOUBLE AS change_percent,
    source, source_url, as_of, observed_at, batch_id
FROM steps
WHERE
    true
    AND ($since::TIMESTAMPTZ IS NULL OR valid_to IS NULL OR valid_to > $since::TIMESTAMPTZ)
    AND ($until::TIMESTAMPTZ IS NULL OR valid_from < $until::TIMESTAMPTZ)
    AND ($after::TIMESTAMPTZ IS NULL OR valid_from > $after::TIMESTAMPTZ)
ORDER BY valid_from
LIMIT $rows::INTEGER;
