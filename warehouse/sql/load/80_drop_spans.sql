DELETE FROM price_spans WHERE price_id IN (SELECT price_id FROM changed);
