-- The first span after the touched ones, and what now ends before it.
CREATE OR REPLACE TEMP TABLE following AS
WITH
firsts AS (
    SELECT p.key_no, min(p.valid_from) AS valid_from
    FROM spans AS p
    JOIN changed AS c ON c.key_no = p.key_no AND p.valid_from > c.until
    WHERE p.valid_from > $as_of::TIMESTAMPTZ AND c.until < 'infinity'
    GROUP BY p.key_no
),
lasts AS (SELECT key_no, max(valid_to) AS valid_to FROM new_spans GROUP BY key_no)
SELECT f.key_no, f.valid_from, coalesce(l.valid_to, e.valid_to) AS previous_to
FROM firsts AS f
LEFT JOIN lasts AS l USING (key_no)
LEFT JOIN ended AS e USING (key_no);
