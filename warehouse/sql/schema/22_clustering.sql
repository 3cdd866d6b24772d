-- How many rows each table of spans had when it was last put in the order of `key_no`, and how many came since.
CREATE TABLE clustering (
    relation VARCHAR PRIMARY KEY,
    sorted BIGINT NOT NULL,
    added BIGINT NOT NULL
);
