CREATE TABLE IF NOT EXISTS evaluations (
    snapshot TEXT PRIMARY KEY,
    evaluated_at TEXT NOT NULL
);
