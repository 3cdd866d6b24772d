CREATE TABLE IF NOT EXISTS messages (
    message TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    events INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL
);
