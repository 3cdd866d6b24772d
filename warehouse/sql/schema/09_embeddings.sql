CREATE TABLE embeddings (
    content_hash VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    vector FLOAT[] NOT NULL,
    PRIMARY KEY (content_hash, model)
);
