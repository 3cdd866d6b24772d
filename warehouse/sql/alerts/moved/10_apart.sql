-- Offers of one snapshot only, or of both at another price.
CREATE OR REPLACE TEMP TABLE apart AS
SELECT o.price_id AS old_price_id, n.price_id AS new_price_id
FROM older.offers AS o
FULL JOIN newer.offers AS n ON o.price_id = n.price_id
WHERE o.price_hour IS DISTINCT FROM n.price_hour;
