-- The guides, without their text.
SELECT document_id, title, summary, language
FROM documents
WHERE kind = 'guide'
ORDER BY document_id;
