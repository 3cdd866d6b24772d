SELECT subject, language, document_id
FROM documents
WHERE subject IN (SELECT value FROM json_each(:subjects));
