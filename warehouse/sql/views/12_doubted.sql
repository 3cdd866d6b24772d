-- Prices that a batch had in quarantine though they are known from another.
CREATE OR REPLACE TABLE doubted AS
SELECT DISTINCT batch_id, price_id
FROM quarantine
WHERE price_id IN (SELECT price_id FROM price_keys)
ORDER BY batch_id, price_id;
