CREATE TABLE discount_rules (
    rule VARCHAR NOT NULL,
    provider VARCHAR,
    service VARCHAR,
    region VARCHAR,
    purchase_option VARCHAR,
    instance_type VARCHAR,
    percent DECIMAL(20, 10) NOT NULL,
    valid_from TIMESTAMPTZ,
    valid_to TIMESTAMPTZ,
    batch_id VARCHAR NOT NULL
);
