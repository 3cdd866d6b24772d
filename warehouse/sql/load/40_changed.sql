-- Only what is new: a price already known over the whole stretch needs no work, nor does one that
-- is gone and was not there. A span names the last batch of its first moment, so one that begins
-- where this batch speaks is made anew.
CREATE OR REPLACE TEMP TABLE changed AS
SELECT s.*
FROM said AS s
WHERE CASE WHEN s.price IS NULL
    THEN EXISTS (
        SELECT 1 FROM price_spans AS p
        WHERE p.price_id = s.price_id
          AND (s.next_as_of IS NULL OR p.valid_from < s.next_as_of)
          AND (p.valid_to IS NULL OR p.valid_to > s.as_of)
    )
    ELSE NOT EXISTS (
        SELECT 1 FROM price_spans AS p
        WHERE p.price_id = s.price_id
          AND p.price = s.price
          AND p.upfront IS NOT DISTINCT FROM s.upfront
          AND p.valid_from < s.as_of
          AND (p.valid_to IS NULL OR p.valid_to >= s.next_as_of)
    )
END;
