-- The document of this id, or those of a subject: an id without its language.
SELECT * FROM documents
WHERE document_id = $document_id OR document_id IN ($document_id || '/en', $document_id || '/pt')
ORDER BY document_id;
