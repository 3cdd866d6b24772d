INSERT OR IGNORE INTO embeddings BY NAME FROM older.embeddings;
