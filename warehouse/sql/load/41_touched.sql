-- The spans of the changed prices that what this batch says overlaps or meets: these are made anew.
CREATE OR REPLACE TEMP TABLE touched AS
SELECT p.*
FROM spans AS p
JOIN changed AS c ON c.key_no = p.key_no AND p.valid_from <= c.until
WHERE p.valid_to IS NULL OR p.valid_to >= $as_of::TIMESTAMPTZ;
