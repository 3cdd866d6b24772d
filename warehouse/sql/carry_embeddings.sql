INSERT OR IGNORE INTO embeddings BY NAME SELECT content_hash, model, vector FROM older.embeddings;
