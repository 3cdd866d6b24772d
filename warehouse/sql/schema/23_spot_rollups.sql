-- What is left of the days of spot and market prices whose changes are no longer kept.
CREATE TABLE spot_rollups (
    key_no INTEGER NOT NULL,
    day DATE NOT NULL,
    low DECIMAL(20, 10) NOT NULL,
    median DECIMAL(20, 10) NOT NULL,
    high DECIMAL(20, 10) NOT NULL,
    mean DECIMAL(20, 10) NOT NULL,
    volatility_percent DOUBLE NOT NULL,
    changes BIGINT NOT NULL
);
