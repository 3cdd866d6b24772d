-- Prices that differ from the one in force just before this batch, where another fetch has confirmed that
-- one in the last days. Not compared: a change that this very fetch dates (an earlier batch of it still
-- says the old price), and a new price that an earlier batch was refused already (twice seen is believed).
CREATE OR REPLACE TEMP TABLE moves AS
WITH
previous AS (
    SELECT s.row_number, s.price_id, s.provider, s.service, s.region, s.purchase_option, s.price,
           p.price AS previous_price, p.valid_from
    FROM staged_prices AS s
    JOIN price_spans AS p
        ON p.price_id = s.price_id
        AND p.valid_from < $as_of
        AND (p.valid_to IS NULL OR p.valid_to >= $as_of)
    WHERE s.purchase_option <> 'spot' AND p.price > 0 AND s.price > 0 AND s.price <> p.price
),
confirmations AS (
    SELECT p.row_number, b.observed_at = $observed_at AS same_fetch
    FROM previous AS p
    JOIN batches AS b
        ON b.source = $source AND b.batch_id <> $batch_id AND b.verdict <> 'refused'
        AND b.as_of >= p.valid_from AND b.as_of < $as_of
        AND (b.observed_at = $observed_at OR b.as_of >= $as_of - to_days($confirmed_days))
        AND covers(b.provider, b.service, b.regions, b.purchase_options,
                   p.provider, p.service, p.region, p.purchase_option)
    ANTI JOIN quarantine AS q ON q.batch_id = b.batch_id AND q.price_id = p.price_id
),
confirmed AS (
    SELECT row_number FROM confirmations GROUP BY row_number HAVING NOT bool_or(same_fetch)
),
seen_before AS (
    SELECT q.price_id, q.price
    FROM quarantine AS q
    JOIN batches AS b USING (batch_id)
    WHERE q.reason = 'moved' AND b.verdict <> 'refused' AND q.batch_id <> $batch_id AND q.as_of <= $as_of
)
SELECT p.row_number, p.previous_price, (p.price / p.previous_price - 1)::DOUBLE * 100 AS move_percent
FROM previous AS p
SEMI JOIN confirmed AS c ON c.row_number = p.row_number
ANTI JOIN seen_before AS b ON b.price_id = p.price_id AND b.price = p.price;
