SELECT count(DISTINCT d.content_hash)
FROM documents AS d
SEMI JOIN embeddings AS e ON e.content_hash = d.content_hash AND e.model = $identity;
