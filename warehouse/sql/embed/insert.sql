INSERT INTO embeddings (content_hash, model, vector)
SELECT content_hash, $identity, vector
FROM new_vectors;
