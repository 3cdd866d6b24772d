CREATE TABLE sources (
    source VARCHAR PRIMARY KEY,
    title VARCHAR NOT NULL,
    schedule VARCHAR NOT NULL,
    max_age_days INTEGER NOT NULL,
    source_rank INTEGER NOT NULL,
    licence VARCHAR NOT NULL,
    homepage VARCHAR NOT NULL
);
