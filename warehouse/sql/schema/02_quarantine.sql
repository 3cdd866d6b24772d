CREATE TABLE quarantine (
    batch_id VARCHAR NOT NULL,
    price_id UUID,
    source VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    service VARCHAR,
    instance_type VARCHAR,
    operating_system VARCHAR,
    region VARCHAR,
    purchase_option VARCHAR,
    price DECIMAL(20, 10),
    currency VARCHAR,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    likely_price DECIMAL(20, 10),
    payload_sha256 VARCHAR,
    as_of TIMESTAMPTZ NOT NULL,
    row_json JSON NOT NULL
);
