-- The rates that sources published.
CREATE TABLE fx_observed (
    currency VARCHAR NOT NULL,
    rate_date DATE NOT NULL,
    units_per_usd DECIMAL(20, 10) NOT NULL,
    source VARCHAR NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    batch_id VARCHAR NOT NULL,
    PRIMARY KEY (currency, rate_date, source)
);
