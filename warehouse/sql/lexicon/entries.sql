SELECT document_id, subject, kind, provider, language, parent, week, valid_from
FROM documents
WHERE document_id IN (SELECT value FROM json_each(:ids));
