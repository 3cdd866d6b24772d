-- What `vector` holds is in warehouse/compression.py: floats, signed bytes or bits, as `model` says.
CREATE TABLE embeddings (
    content_hash VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (content_hash, model)
);
