CREATE TABLE interruptions (
    provider VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    instance_type VARCHAR NOT NULL,
    operating_system VARCHAR NOT NULL,
    percent_from INTEGER NOT NULL,
    percent_to INTEGER,
    saving_percent DOUBLE,
    source VARCHAR NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    batch_id VARCHAR NOT NULL,
    PRIMARY KEY (provider, region, instance_type, operating_system, source)
);
