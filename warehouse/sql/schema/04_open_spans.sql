-- The prices in force, one row a price. `previous_to` is when the span of the same price before it ended.
CREATE TABLE open_spans (
    key_no INTEGER NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    price DECIMAL(20, 10) NOT NULL,
    upfront DECIMAL(20, 10),
    batch_id VARCHAR NOT NULL,
    previous_to TIMESTAMPTZ
);
