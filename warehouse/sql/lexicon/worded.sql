SELECT d.document_id, -w.rank AS score
FROM words AS w
JOIN documents AS d ON d.id = w.rowid
WHERE w.words MATCH :query
  AND (:provider IS NULL OR d.provider IS NULL OR d.provider = :provider)
  AND (:kinds IS NULL OR d.kind IN (SELECT value FROM json_each(:kinds)))
  AND (:on IS NULL OR d.valid_from IS NULL OR d.valid_from <= :on)
  AND (:week IS NULL OR d.week IS NULL OR d.week = :week)
ORDER BY w.rank
LIMIT :depth;
