CREATE TABLE IF NOT EXISTS deliveries (
    message TEXT NOT NULL REFERENCES messages,
    target TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT NOT NULL,
    delivered_at TEXT,
    abandoned_at TEXT,
    last_error TEXT,
    PRIMARY KEY (message, target)
);
