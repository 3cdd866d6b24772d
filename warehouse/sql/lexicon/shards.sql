SELECT shard, kind, documents FROM shards;
