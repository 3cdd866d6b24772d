-- Offers whose price was not in force before.
CREATE OR REPLACE TEMP TABLE came AS
SELECT n.*
FROM newer.offers AS n
WHERE
    n.price_id IN (SELECT new_price_id FROM apart WHERE old_price_id IS NULL)
    AND n.price_id NOT IN (
        SELECT price_id
        FROM older.prices
        WHERE valid_to IS NULL AND price_id IN (SELECT new_price_id FROM apart WHERE old_price_id IS NULL)
    );
