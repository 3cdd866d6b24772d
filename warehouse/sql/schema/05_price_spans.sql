CREATE VIEW price_spans AS
SELECT k.price_id, s.valid_from, s.valid_to, s.price, s.upfront, s.batch_id
FROM spans AS s
JOIN price_keys AS k USING (key_no);
