-- One row for each identity of `embeddings`.
CREATE TABLE projections (
    identity VARCHAR PRIMARY KEY,
    recipe VARCHAR NOT NULL,
    last_used INTEGER NOT NULL,
    fitted_on INTEGER NOT NULL,
    components BLOB
);
