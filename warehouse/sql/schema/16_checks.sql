-- When a source was last read and still answered with the payloads of a batch.
CREATE TABLE checks (
    batch_id VARCHAR PRIMARY KEY,
    source VARCHAR NOT NULL,
    provider VARCHAR,
    service VARCHAR,
    regions VARCHAR[],
    purchase_options VARCHAR[],
    checked_at TIMESTAMPTZ NOT NULL
);
