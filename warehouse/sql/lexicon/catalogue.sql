SELECT document_id, subject, kind, provider, json_extract(document, '$.language') FROM documents;
