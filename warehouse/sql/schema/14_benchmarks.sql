CREATE TABLE benchmarks (
    provider VARCHAR NOT NULL,
    instance_type VARCHAR NOT NULL,
    benchmark VARCHAR NOT NULL,
    configuration VARCHAR,
    score DOUBLE NOT NULL,
    unit VARCHAR,
    higher_is_better BOOLEAN NOT NULL,
    source VARCHAR NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    batch_id VARCHAR NOT NULL
);
