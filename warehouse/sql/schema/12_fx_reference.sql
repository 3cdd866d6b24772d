-- The rates of data/reference/fx_rates.csv.
CREATE TABLE fx_reference (
    currency VARCHAR NOT NULL,
    rate_date DATE NOT NULL,
    units_per_usd DECIMAL(20, 10) NOT NULL,
    source VARCHAR NOT NULL
);
