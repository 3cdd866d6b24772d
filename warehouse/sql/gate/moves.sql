-- The prices that differ from the one before, but for those an earlier batch was refused already, or that
-- this one still held when it was read again: seen twice is believed. One fetch parsed twice is seen once.
-- A loose price is hardly the same twice; near is enough.
CREATE OR REPLACE TEMP TABLE moves AS
WITH seen_before AS (
    SELECT q.price_id, q.price
    FROM quarantine AS q
    JOIN batches AS b USING (batch_id)
    WHERE q.reason = 'moved' AND q.source = $source AND b.verdict <> 'refused' AND q.batch_id <> $batch_id
      AND (q.as_of < $as_of OR q.as_of = $as_of AND b.observed_at < $observed_at)
)
SELECT c.row_number, c.previous_price, c.loose, c.factor, (c.factor - 1) * 100 AS move_percent
FROM comparisons AS c
ANTI JOIN seen_before AS b
    ON b.price_id = c.price_id
    AND (b.price = c.price OR c.loose AND b.price > 0 AND abs(c.price / b.price - 1) * 100 < $move_percent)
WHERE c.price <> c.previous_price AND NOT $seen_again::BOOLEAN;
