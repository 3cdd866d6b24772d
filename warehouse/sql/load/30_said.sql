-- What this batch says, one row a price: its figures, or that it is gone (price null), from `as_of`
-- until the next batch that speaks of it (`until`: infinity where none does). Where that one has the same
-- as_of, this one says nothing.
CREATE OR REPLACE TEMP TABLE said AS
WITH
claims AS (
    SELECT s.price_id, k.key_no, s.price, s.upfront, c.as_of, c.next_as_of, c.next_batch
    FROM staged_prices AS s
    JOIN covered_cells AS c USING (source, provider, service, region, purchase_option)
    LEFT JOIN price_keys AS k ON k.price_id = s.price_id
    UNION ALL
    SELECT k.price_id, k.key_no, NULL, NULL, c.as_of, c.next_as_of, c.next_batch
    FROM price_keys AS k
    JOIN covered_cells AS c USING (source, provider, service, region, purchase_option)
    ANTI JOIN staged_prices AS s ON s.price_id = k.price_id
    ANTI JOIN (SELECT price_id FROM quarantine WHERE batch_id = $batch_id) AS q ON q.price_id = k.price_id
),
known AS (
    SELECT
        c.price_id, c.key_no, c.price, c.upfront, c.as_of,
        coalesce(CASE WHEN n.price_id IS NULL THEN c.next_as_of ELSE n.next_as_of END, 'infinity') AS until,
        CASE WHEN n.price_id IS NULL THEN c.next_batch ELSE n.next_batch END AS next_batch
    FROM claims AS c
    LEFT JOIN next_said AS n USING (price_id)
)
FROM known WHERE until > as_of;
