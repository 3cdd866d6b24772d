-- Only what is new: a price already known over the whole stretch needs no work, nor does one that
-- is gone and was not there. A span names the last batch of its first moment, so one that begins
-- where this batch speaks is made anew.
CREATE OR REPLACE TEMP TABLE changed AS
WITH standing AS (
    -- Conditions of a join that are comparisons keep it a hash join.
    SELECT key_no, valid_from, coalesce(valid_to, 'infinity') AS until, price, coalesce(upfront, -1) AS upfront
    FROM spans
    WHERE valid_to IS NULL OR valid_to > $as_of::TIMESTAMPTZ
)
SELECT d.*
FROM said AS d
ANTI JOIN standing AS p
    ON p.key_no = d.key_no
    AND p.price = d.price
    AND p.upfront = coalesce(d.upfront, -1)
    AND p.valid_from < d.as_of
    AND p.until >= d.until
WHERE d.price IS NOT NULL
UNION ALL
SELECT d.*
FROM said AS d
SEMI JOIN standing AS p ON p.key_no = d.key_no AND p.valid_from < d.until
WHERE d.price IS NULL;
