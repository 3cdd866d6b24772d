SELECT
    d.document_id, d.kind, d.language, d.provider, d.entity, d.title, d.summary, d.text, d.keywords,
    d.source, d.parent, d.valid_from, d.valid_to, d.content_hash, e.vector
FROM documents AS d
LEFT JOIN embeddings AS e ON e.content_hash = d.content_hash AND e.model = $identity
ORDER BY d.document_id;
