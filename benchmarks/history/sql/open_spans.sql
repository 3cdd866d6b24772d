-- `ago` is how many weeks ago the price in force began.
INSERT INTO open_spans
SELECT key_no, $now::TIMESTAMPTZ - to_weeks(ago), price, upfront, format('{}-{}', region, ago),
       CASE WHEN earlier > 0 THEN $now::TIMESTAMPTZ - to_weeks(ago) END
FROM (SELECT *, (1 + hash(key_no) % 52)::INTEGER AS ago FROM numbered) ORDER BY key_no;
