-- Staged prices beside the one in force just before this batch, where another fetch has confirmed that one
-- in the last days: by a batch of that time, or by finding an older one unchanged. Of lists that bear the
-- same date, the one fetched earlier is before. What was read only after the day this batch speaks for (a
-- back-fill) confirms nothing but its own date. What was sold and is now free has moved too. Not compared
-- is a change that this very fetch dates: an earlier batch of it still says the old price. Spot prices and
-- those of markets are loose: they move by nature. Editions brought later are not compared (see frame_batch).
CREATE OR REPLACE TEMP TABLE comparisons AS
WITH
same_date AS (
    SELECT p.key_no, p.price, p.valid_from
    FROM spans AS p
    JOIN batches AS b USING (batch_id)
    WHERE p.valid_from = $as_of AND b.observed_at < $observed_at
),
before AS (
    FROM same_date
    UNION ALL
    SELECT key_no, price, valid_from
    FROM spans
    ANTI JOIN same_date USING (key_no)
    WHERE valid_from < $as_of AND (valid_to IS NULL OR valid_to >= $as_of)
),
previous AS (
    SELECT s.row_number, s.price_id, s.provider, s.service, s.region, s.purchase_option, s.price,
           p.price AS previous_price, p.valid_from
    FROM staged_prices AS s
    JOIN price_keys AS k ON k.price_id = s.price_id
    JOIN before AS p ON p.key_no = k.key_no
    WHERE p.price > 0 AND NOT $edition::BOOLEAN
      AND (
          s.price > 0
          OR s.price = 0 AND contains(s.attributes, 'free_tier')
             AND json_extract_string(s.attributes, '$.free_tier') = 'true'
      )
),
speaking AS (
    SELECT b.*, b.observed_at = $observed_at AS same_fetch
    FROM batches AS b
    JOIN confirmations AS k USING (batch_id)
    WHERE b.source = $source AND b.batch_id <> $batch_id AND b.verdict <> 'refused'
      AND (b.as_of < $as_of OR b.as_of = $as_of AND b.observed_at < $observed_at)
      AND (
          b.observed_at = $observed_at
          OR CASE WHEN b.observed_at <= $as_of THEN k.confirmed_at ELSE b.as_of END
          >= $as_of - to_days($confirmed_days)
      )
),
heard AS (
    SELECT c.*, b.batch_id, b.same_fetch
    FROM (SELECT DISTINCT provider, service, region, purchase_option, valid_from FROM previous) AS c
    JOIN speaking AS b
        ON b.as_of >= c.valid_from
        AND covers(b.provider, b.service, b.regions, b.purchase_options,
                   c.provider, c.service, c.region, c.purchase_option)
),
told AS (
    SELECT provider, service, region, purchase_option, valid_from, count(*) AS times,
           count(*) FILTER (same_fetch) AS same_times
    FROM heard
    GROUP BY ALL
),
-- Of a price in quarantine its batch says nothing.
silent AS (
    SELECT p.row_number, count(*) AS times, count(*) FILTER (h.same_fetch) AS same_times
    FROM (SELECT DISTINCT batch_id, price_id FROM quarantine WHERE price_id IS NOT NULL) AS q
    JOIN previous AS p USING (price_id)
    JOIN heard AS h
        ON h.batch_id = q.batch_id
        AND h.provider = p.provider AND h.service = p.service AND h.region = p.region
        AND h.purchase_option = p.purchase_option AND h.valid_from = p.valid_from
    GROUP BY ALL
)
SELECT
    p.row_number, p.price_id, p.price, p.previous_price,
    (p.price / p.previous_price)::DOUBLE AS factor,
    $market::BOOLEAN OR p.purchase_option = 'spot' AS loose
FROM previous AS p
JOIN told AS t USING (provider, service, region, purchase_option, valid_from)
LEFT JOIN silent AS s ON s.row_number = p.row_number
WHERE t.times > coalesce(s.times, 0) AND t.same_times = coalesce(s.same_times, 0);
