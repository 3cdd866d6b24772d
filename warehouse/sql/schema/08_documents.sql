CREATE TABLE documents (
    document_id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    provider VARCHAR,
    entity VARCHAR,
    title VARCHAR NOT NULL,
    summary VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    keywords VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    parent VARCHAR,
    valid_from DATE,
    valid_to DATE,
    content_hash VARCHAR NOT NULL
);
