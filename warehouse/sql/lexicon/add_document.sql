INSERT INTO documents (
    id, document_id, subject, kind, provider, language, parent, week, valid_from, document
)
VALUES (
    :id, :document_id, :subject, :kind, :provider, :language, :parent, :week, :valid_from, :document
);
