-- When the span before those ended.
CREATE OR REPLACE TEMP TABLE ended AS
SELECT p.key_no, max(p.valid_to) AS valid_to
FROM past_spans AS p
JOIN changed AS c ON c.key_no = p.key_no
WHERE p.valid_to < $as_of::TIMESTAMPTZ
GROUP BY p.key_no;
