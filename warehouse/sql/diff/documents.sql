-- Documents of one of two snapshots only, or in both with other contents: of each kind of change the first $limit.
WITH moved AS (
    SELECT
        CASE WHEN b.document_id IS NULL THEN 'added' WHEN a.document_id IS NULL THEN 'dropped' ELSE 'changed' END AS how,
        coalesce(a.kind, b.kind) AS kind, coalesce(a.language, b.language) AS language,
        coalesce(a.provider, b.provider) AS provider, coalesce(a.title, b.title) AS title,
        coalesce(a.document_id, b.document_id) AS document_id, coalesce(a.source, b.source) AS source,
        b.content_hash AS old_hash, a.content_hash AS new_hash
    FROM older.documents AS b
    FULL JOIN newer.documents AS a ON b.document_id = a.document_id
    WHERE a.content_hash IS DISTINCT FROM b.content_hash
)
SELECT * FROM moved
QUALIFY row_number() OVER (PARTITION BY how ORDER BY kind, document_id) <= $limit
ORDER BY how, kind, document_id;
