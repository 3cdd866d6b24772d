CREATE TABLE batches (
    batch_id VARCHAR PRIMARY KEY,
    source VARCHAR NOT NULL,
    provider VARCHAR,
    service VARCHAR,
    regions VARCHAR[],
    purchase_options VARCHAR[],
    as_of TIMESTAMPTZ NOT NULL,
    observed_at TIMESTAMPTZ NOT NULL,
    parser VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    row_count BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    reasons JSON NOT NULL,
    failures VARCHAR[] NOT NULL,
    payloads JSON NOT NULL,
    price_count BIGINT
);
