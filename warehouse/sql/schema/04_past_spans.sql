-- The prices that were: many times more rows, which a new batch hardly touches.
CREATE TABLE past_spans (
    key_no INTEGER NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ NOT NULL,
    price DECIMAL(20, 10) NOT NULL,
    upfront DECIMAL(20, 10),
    batch_id VARCHAR NOT NULL,
    previous_to TIMESTAMPTZ
);
