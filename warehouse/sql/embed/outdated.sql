-- Vectors of texts that were chosen in another way, and a projection to what a corpus was like that has
-- grown to more than four times as much since. What is left out here, `forget` takes the vectors of.
DELETE FROM projections
WHERE recipe <> $recipe
   OR (components IS NOT NULL AND 4 * fitted_on < (SELECT count(DISTINCT content_hash) FROM documents));
