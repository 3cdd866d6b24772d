-- The touched spans, cut open where this batch speaks, filled with what it says, and joined again where
-- neighbours are equal.
CREATE OR REPLACE TEMP TABLE new_spans AS
WITH
pieces AS (
    SELECT p.key_no, p.valid_from, least(p.valid_to, c.as_of) AS valid_to, p.price, p.upfront, p.batch_id
    FROM touched AS p
    JOIN changed AS c USING (key_no)
    WHERE p.valid_from < c.as_of
    UNION ALL
    SELECT
        p.key_no, greatest(p.valid_from, c.until), p.valid_to, p.price, p.upfront,
        CASE WHEN p.valid_from < c.until THEN c.next_batch ELSE p.batch_id END
    FROM touched AS p
    JOIN changed AS c USING (key_no)
    WHERE c.until < 'infinity' AND (p.valid_to IS NULL OR p.valid_to > c.until)
    UNION ALL
    SELECT key_no, as_of, nullif(until, 'infinity'), price, upfront, $batch_id FROM changed WHERE price IS NOT NULL
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
    WINDOW w AS (PARTITION BY key_no ORDER BY valid_from)
),
islands AS (
    SELECT
        *,
        count(*) FILTER (NOT continues) OVER (PARTITION BY key_no ORDER BY valid_from) AS island
    FROM starts
),
joined AS (
    SELECT
        key_no,
        min(valid_from) AS valid_from,
        arg_max(struct_pack(valid_to := valid_to), valid_from).valid_to AS valid_to,
        any_value(price) AS price,
        any_value(upfront) AS upfront,
        arg_min(batch_id, valid_from) AS batch_id
    FROM islands
    GROUP BY key_no, island
)
SELECT
    j.*,
    coalesce(lag(j.valid_to) OVER (PARTITION BY j.key_no ORDER BY j.valid_from), e.valid_to) AS previous_to
FROM joined AS j
LEFT JOIN ended AS e USING (key_no);
