-- The first snapshot that held a batch; carried over when a warehouse is built anew.
CREATE TABLE first_snapshots (
    batch_id VARCHAR PRIMARY KEY,
    snapshot VARCHAR NOT NULL
);
