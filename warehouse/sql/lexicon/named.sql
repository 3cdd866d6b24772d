SELECT d.document_id, n.name, n.own
FROM names AS n
JOIN documents AS d ON d.id = n.id
WHERE n.name IN (SELECT value FROM json_each(:names))
  AND (:provider IS NULL OR d.provider IS NULL OR d.provider = :provider)
  AND (:kinds IS NULL OR d.kind IN (SELECT value FROM json_each(:kinds)));
