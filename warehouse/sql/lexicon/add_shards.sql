INSERT INTO shards (shard, kind, documents) VALUES (:shard, :kind, :documents);
