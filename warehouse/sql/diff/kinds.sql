SELECT
    coalesce(a.kind, b.kind) AS kind, count(*) FILTER (b.document_id IS NULL) AS added,
    count(*) FILTER (a.document_id IS NULL) AS dropped, count(*) FILTER (a.content_hash <> b.content_hash) AS changed
FROM older.documents AS b
FULL JOIN newer.documents AS a ON b.document_id = a.document_id
GROUP BY 1
HAVING count(*) FILTER (a.content_hash IS DISTINCT FROM b.content_hash) > 0
ORDER BY 1;
