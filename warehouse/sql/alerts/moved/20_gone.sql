-- Offers that are no more because their price was closed since then, not because a better source took over.
CREATE OR REPLACE TEMP TABLE gone AS
WITH closed AS (
    SELECT price_id, max(valid_to) AS closed_at
    FROM newer.prices
    WHERE price_id IN (SELECT old_price_id FROM apart WHERE new_price_id IS NULL)
    GROUP BY price_id
    HAVING bool_and(valid_to IS NOT NULL)
)
SELECT o.*, c.closed_at
FROM older.offers AS o
JOIN closed AS c USING (price_id)
WHERE c.closed_at > o.valid_from;
