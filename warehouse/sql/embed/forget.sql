-- Vectors of texts that no document has any more, which would travel from snapshot to snapshot, and
-- those of which it is not known how they were made.
DELETE FROM embeddings
WHERE content_hash NOT IN (SELECT content_hash FROM documents)
   OR model NOT IN (SELECT identity FROM projections);
