INSERT INTO documents (id, document_id, subject, kind, provider, document)
VALUES (:id, :document_id, :subject, :kind, :provider, :document);
