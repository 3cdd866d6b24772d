-- Of a name that thousands mention, the first are those of level 1.
SELECT d.document_id, n.mentioned
FROM names AS n
JOIN documents AS d ON d.id = n.id
WHERE n.name = :name
  AND (:provider IS NULL OR d.provider IS NULL OR d.provider = :provider)
  AND (:kinds IS NULL OR d.kind IN (SELECT value FROM json_each(:kinds)))
  AND (:on IS NULL OR d.valid_from IS NULL OR d.valid_from <= :on)
  AND (:week IS NULL OR d.week IS NULL OR d.week = :week)
ORDER BY n.mentioned, n.id
LIMIT :depth;
