-- Accelerators first, each together: what is asked most touches few blocks. Numbers follow that order.
-- Money is not compressed: to read one price, DuckDB would unpack all those of its block.
CREATE OR REPLACE TABLE offers (
    price_id UUID, provider VARCHAR, service VARCHAR, instance_type VARCHAR, family VARCHAR, vcpus DOUBLE,
    memory_gib DOUBLE, architecture VARCHAR, accelerator VARCHAR, accelerator_count DOUBLE,
    accelerator_memory_gib DOUBLE, local_storage_gb DOUBLE, specs_source VARCHAR, operating_system VARCHAR,
    tenancy VARCHAR, region VARCHAR, region_name VARCHAR, city VARCHAR, country VARCHAR, continent VARCHAR,
    latitude DOUBLE, longitude DOUBLE, zone VARCHAR, purchase_option VARCHAR, price_type VARCHAR,
    term_months INTEGER, payment VARCHAR, offering_class VARCHAR, currency VARCHAR,
    price_hour DECIMAL(20, 10) USING COMPRESSION uncompressed,
    price_month DECIMAL(20, 10) USING COMPRESSION uncompressed,
    price_usd_hour DECIMAL(20, 10) USING COMPRESSION uncompressed,
    price_usd_month DECIMAL(20, 10) USING COMPRESSION uncompressed,
    upfront DECIMAL(20, 10), components JSON, lowest_of INTEGER, interruption_from INTEGER, interruption_to INTEGER,
    source VARCHAR, source_url VARCHAR, effective_from TIMESTAMPTZ, valid_from TIMESTAMPTZ, as_of TIMESTAMPTZ,
    observed_at TIMESTAMPTZ, confirmed_at TIMESTAMPTZ, stale BOOLEAN
);
INSERT INTO offers
FROM offers_at('infinity'::TIMESTAMPTZ, now())
ORDER BY
    accelerator NULLS LAST, instance_type, provider, region, purchase_option, operating_system, zone, term_months,
    payment, offering_class, price_id;
