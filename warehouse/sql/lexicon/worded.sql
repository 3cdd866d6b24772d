SELECT d.document_id, -bm25(words, 3.0, 3.0, 1.0) AS score
FROM words
JOIN documents AS d ON d.id = words.rowid
WHERE words MATCH :query
  AND (:provider IS NULL OR d.provider IS NULL OR d.provider = :provider)
  AND (:kinds IS NULL OR d.kind IN (SELECT value FROM json_each(:kinds)))
ORDER BY score DESC, d.document_id
LIMIT :depth;
