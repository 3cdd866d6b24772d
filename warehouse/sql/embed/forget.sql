-- Vectors of texts that no document has any more: they would travel from snapshot to snapshot.
DELETE FROM embeddings
WHERE content_hash NOT IN (SELECT content_hash FROM documents);
