INSERT INTO embeddings (content_hash, model, vector)
SELECT content_hash, $model, vector::FLOAT[]
FROM new_vectors;
