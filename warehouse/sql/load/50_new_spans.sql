-- The spans of the changed prices, cut open where this batch speaks, filled with what it says, and
-- joined again where neighbours are equal.
CREATE OR REPLACE TEMP TABLE new_spans AS
WITH
pieces AS (
    SELECT p.price_id, p.valid_from, least(p.valid_to, c.as_of) AS valid_to, p.price, p.upfront, p.batch_id
    FROM price_spans AS p
    JOIN changed AS c USING (price_id)
    WHERE p.valid_from < c.as_of
    UNION ALL
    SELECT
        p.price_id, greatest(p.valid_from, c.next_as_of), p.valid_to, p.price, p.upfront,
        CASE WHEN p.valid_from < c.next_as_of THEN c.next_batch ELSE p.batch_id END
    FROM price_spans AS p
    JOIN changed AS c USING (price_id)
    WHERE c.next_as_of IS NOT NULL AND (p.valid_to IS NULL OR p.valid_to > c.next_as_of)
    UNION ALL
    SELECT price_id, as_of, next_as_of, price, upfront, $batch_id FROM changed WHERE price IS NOT NULL
),
starts AS (
    SELECT
        *,
        coalesce(
            lag(valid_to) OVER w = valid_from
            AND lag(price) OVER w = price
            AND lag(upfront) OVER w IS NOT DISTINCT FROM upfront,
            false
        ) AS continues
    FROM pieces
    WINDOW w AS (PARTITION BY price_id ORDER BY valid_from)
),
islands AS (
    SELECT
        *,
        count(*) FILTER (NOT continues) OVER (PARTITION BY price_id ORDER BY valid_from) AS island
    FROM starts
)
SELECT
    price_id,
    min(valid_from) AS valid_from,
    arg_max(struct_pack(valid_to := valid_to), valid_from).valid_to AS valid_to,
    any_value(price) AS price,
    any_value(upfront) AS upfront,
    arg_min(batch_id, valid_from) AS batch_id
FROM islands
GROUP BY price_id, island;
