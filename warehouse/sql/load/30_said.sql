-- What this batch says, one row a price: its figures, or that it is gone (price null), from `as_of`
-- until the next batch that speaks of it. Where that one has the same as_of, this one says nothing.
CREATE OR REPLACE TEMP TABLE said AS
WITH
claims AS (
    SELECT s.price_id, s.price, s.upfront, c.as_of, c.next_as_of, c.next_batch
    FROM staged_prices AS s
    JOIN covered_cells AS c USING (source, provider, service, region, purchase_option)
    UNION ALL
    SELECT k.price_id, NULL, NULL, c.as_of, c.next_as_of, c.next_batch
    FROM price_keys AS k
    JOIN covered_cells AS c USING (source, provider, service, region, purchase_option)
    WHERE k.price_id NOT IN (SELECT price_id FROM staged_prices)
      AND k.price_id NOT IN (
          SELECT price_id FROM quarantine WHERE batch_id = $batch_id AND price_id IS NOT NULL
      )
)
SELECT
    c.price_id, c.price, c.upfront, c.as_of,
    CASE WHEN n.price_id IS NULL THEN c.next_as_of ELSE n.next_as_of END AS next_as_of,
    CASE WHEN n.price_id IS NULL THEN c.next_batch ELSE n.next_batch END AS next_batch
FROM claims AS c
LEFT JOIN next_said AS n USING (price_id)
WHERE coalesce(CASE WHEN n.price_id IS NULL THEN c.next_as_of ELSE n.next_as_of END > c.as_of, true);
