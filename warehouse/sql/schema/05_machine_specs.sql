-- What each source says of a machine, by its latest batch that describes it.
CREATE TABLE machine_specs (
    provider VARCHAR NOT NULL,
    instance_type VARCHAR NOT NULL,
    family VARCHAR NOT NULL,
    vcpus DOUBLE,
    memory_gib DOUBLE,
    architecture VARCHAR,
    cpu_model VARCHAR,
    accelerator VARCHAR,
    accelerator_count DOUBLE,
    accelerator_memory_gib DOUBLE,
    local_storage_gb DOUBLE,
    network_gbps DOUBLE,
    source VARCHAR NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    batch_id VARCHAR NOT NULL,
    PRIMARY KEY (provider, instance_type, source)
);
