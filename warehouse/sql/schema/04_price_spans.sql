CREATE TABLE price_spans (
    price_id UUID NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ,
    price DECIMAL(20, 10) NOT NULL,
    upfront DECIMAL(20, 10),
    batch_id VARCHAR NOT NULL
);
